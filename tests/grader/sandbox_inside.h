/* sandbox_inside.h - what the parts of the sandbox say to each other; see sandbox.h.
 *
 * One message is one packet of a socket pair (SOCK_SEQPACKET: unix(7)), so there is nothing to
 * frame. When the judge dies the socket is at its end, which init notices.
 */
#ifndef SANDBOX_INSIDE_H
#define SANDBOX_INSIDE_H

#include "sandbox.h"

enum control_kind {
    CONTROL_MAP_ME = 1, /* init: I am in a new user namespace; write my id maps */
    CONTROL_GO,         /* judge, or init to the player: done, go on */
    CONTROL_PROC,       /* init: a descriptor of my /proc; `value`: my pid namespace */
    CONTROL_PLAYER, /* player: my credentials come with this; and a KVM listener if asked */
    CONTROL_FAILED, /* init or player: `text` failed with errno `value` */
    CONTROL_ENDED,  /* init: the player ended with wait status `value` */
};

struct control_message {
    enum control_kind kind;
    int value;
    char text[SANDBOX_WHY - 64];
};

/* Sends a message, with a descriptor when FD is not -1. Returns 0, or -1 with errno. */
int control_send(int socket, enum control_kind kind, int value, const char *text, int fd);

/* Receives one. PID (may be NULL) gets the sender's, in our own numbering, where the socket has
 * SO_PASSCRED; FD (may be NULL) gets the descriptor or -1. FLAGS as for recvmsg(2).
 * Returns 0, or -1 with errno: EPIPE at the end, EAGAIN. */
int control_receive(int socket, struct control_message *message, pid_t *pid, int *fd,
                    int flags);

/* Who the sandbox runs as. */
struct sandbox_ids {
    bool privileged; /* we may mount in the host's user namespace, and write any map */
    uid_t first;     /* the ids of the user namespace begin here, outside */
    unsigned count;  /* how many; 1: only our own */
};

/* The body of init: never returns. CONTROL is its end of the socket. */
_Noreturn void sandbox_init(const struct sandbox_setup *setup,
                            const struct sandbox_ids *ids, int control);

/* Builds the root directory and makes it ours. Returns NULL, or what failed (errno says why):
 * a string constant. */
const char *sandbox_build_root(const struct sandbox_setup *setup);

/* The body of the player up to its execve: never returns. GATE is readable when its ids are
 * mapped. */
_Noreturn void sandbox_player(const struct sandbox_setup *setup, int control, int gate);

#endif
