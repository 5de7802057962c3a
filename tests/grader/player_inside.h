/* player_inside.h - what is kept about a player; see grader.h for the calls.
 *
 * A player is served by the judge's own thread: player_pump() takes what it wrote, answers the
 * kernel about its KVM calls, and holds it to its limits. Every call of grader.h that waits
 * pumps while it waits.
 */
#ifndef PLAYER_INSIDE_H
#define PLAYER_INSIDE_H

#include "grader.h"
#include "sandbox.h"
#include "text.h"

enum {
    OUTPUT_BYTES = 1 << 20, /* of one stream */
    KVM_CALLS = 4096,
    KVM_SLOTS = 64,
};

enum player_stop { /* why the judge ended it */
                   PLAYER_NOT_STOPPED,
                   PLAYER_TIME,
                   PLAYER_OUTPUT,
                   PLAYER_MEMORY,
};

struct kvm_slot { /* guest memory, as KVM_SET_USER_MEMORY_REGION said */
    pid_t pid;
    uint64_t guest, size, host;
};

struct player {
    struct sandbox sandbox;
    struct player *next;

    int input, output, errors; /* our ends of its stdin, stdout and stderr; -1: closed */
    struct bytes to_input;     /* not yet written to it */
    bool close_input;          /* when to_input is empty */
    const char *stdin_text;    /* not yet in to_input; NULL: it is */

    struct bytes out, err; /* all that it wrote, without the lines of probe_ready */
    size_t scanned;        /* so much of `out` holds no such line */
    char nonce[33];        /* in front of its lines of probe_ready */
    struct bytes ready;    /* the text of the last one */
    bool standing;         /* it has said ready, and was not told to go */
    struct bytes crash;    /* addresses that its crash handler wrote, "401a2c 4019f0 " */

    double seconds, deadline; /* CLOCK_MONOTONIC */
    double next_look;         /* at its memory */
    size_t host_shared; /* bytes of tmpfs and the like on the whole host, at its start */
    enum player_stop stopped;
    char state; /* R, S, T ...: what it was doing when its time was up */

    struct kvm_call *kvm;
    size_t kvm_count, kvm_room;
    struct kvm_slot slots[KVM_SLOTS];
};

/* Serves all players for at most MILLISECONDS, or until something happened. */
void player_pump(int milliseconds);

/* Takes what is left in the pipes of a player that has ended. */
void player_drain(struct player *player);

/* Takes what the crash handler of probe.c wrote out of its errors, into `crash`. */
void player_take_crash(struct player *player);

/* Answers one question of the kernel about a KVM call. */
void player_answer_kvm(struct player *player);

/* Ends the check with the verdict of a player that did not end well: stopped by us, killed by
 * a signal, or its sandbox gone. DURING says what it was meant to do ("before it stood still"),
 * may be "". */
_Noreturn void player_bad_end(struct player *player, const char *during);

/* The last line that it wrote to stderr, in front of it "; it wrote: "; or "". Valid until the
 * next call. */
const char *player_last_words(const struct player *player);

/* "chroot.c:42" for the first of ADDRESSES that lies in the learner's files, or "". PROGRAM is
 * the probe. Valid until the next call. */
const char *crash_place(const char *program, const char *addresses);

/* Bytes of tmpfs, memfds and shared memory on the whole host. */
size_t player_host_shared(void);

double monotonic_seconds(void);

#endif
