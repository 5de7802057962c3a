/* sandbox.c - starting and ending a sandbox, from the judge's side; see sandbox.h.
 *
 * The judge forks init into new namespaces and serves it over the control socket: it writes
 * the id maps, which only somebody outside may write, and takes in turn a descriptor of the
 * sandbox's /proc, the process number of the player, and the listener of its KVM calls.
 *
 * Read on: clone3 in clone(2), user_namespaces(7) ("User and group ID mappings").
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "sandbox_ids.h"
#include "sandbox_inside.h"

enum { START_MILLISECONDS = 20000 }; /* a sandbox takes 3; a busy machine may take more */

static int explain(char *why, const char *what, int error)
{
    (void)snprintf(why, SANDBOX_WHY, "%s: %s", what,
                   strerror(error)); /* cut short: fine */
    return -1;
}

/* SIGCHLD stays away: a judge that waits for its check must not be told of our init. */
static pid_t fork_init(const struct sandbox_setup *setup, const struct sandbox_ids *ids,
                       int control, int judge_end)
{
    struct clone_args how = {
        .flags = CLONE_NEWNS | CLONE_NEWPID | (ids->privileged ? 0 : CLONE_NEWUSER),
        .exit_signal = SIGCHLD,
    };
    pid_t init = (pid_t)syscall(SYS_clone3, &how, sizeof how);
    if (init == 0) {
        (void)close(
            judge_end); /* so that the socket is at its end when the judge is gone */
        sandbox_init(setup, ids, control);
    }
    return init;
}

/* One message of the start. Returns 1 when the player runs, 0 for "more to come", -1. */
static int serve(struct sandbox *sandbox, const struct sandbox_ids *ids, char *why)
{
    struct pollfd socket = {.fd = sandbox->control, .events = POLLIN};
    int ready = poll(&socket, 1, START_MILLISECONDS);
    if (ready == -1 && errno == EINTR)
        return 0;
    if (ready != 1)
        return explain(why, "wait for the sandbox to start", ready == 0 ? ETIME : errno);

    struct control_message message;
    pid_t sender;
    int descriptor;
    if (control_receive(sandbox->control, &message, &sender, &descriptor, 0) == -1)
        return explain(why, "start a sandbox: its process 1 ended", errno);
    switch (message.kind) {
    case CONTROL_MAP_ME:
        if (sandbox_write_maps(sandbox->init, ids, why) == -1)
            return -1;
        if (control_send(sandbox->control, CONTROL_GO, 0, NULL, -1) == -1)
            return explain(why, "start a sandbox", errno);
        return 0;
    case CONTROL_PROC:
        sandbox->proc = descriptor;
        sandbox->pid_namespace = (uint32_t)message.value;
        return 0;
    case CONTROL_PLAYER:
        sandbox->player = sender;
        sandbox->kvm_listener = descriptor;
        return 1;
    case CONTROL_FAILED:
        return explain(why, message.text, message.value);
    default:
        return explain(why, "start a sandbox: the player ended before it began", EPROTO);
    }
}

int sandbox_start(const struct sandbox_setup *setup, struct sandbox *sandbox, char *why)
{
    *sandbox = (struct sandbox){.control = -1, .proc = -1, .kvm_listener = -1};
    struct sandbox_ids ids;
    if (sandbox_choose_ids(setup->as_root, &ids, why) == -1)
        return -1;

    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == -1)
        return explain(why, "make a control socket", errno);
    sandbox->control = ends[0];
    int yes = 1; /* the kernel then says who sends, in our own process numbers */
    if (setsockopt(ends[0], SOL_SOCKET, SO_PASSCRED, &yes, sizeof yes) == -1) {
        (void)close(ends[1]);
        sandbox_end(sandbox);
        return explain(why, "ask for credentials", errno);
    }
    sandbox->init = fork_init(setup, &ids, ends[1], ends[0]);
    int error = errno;
    (void)close(ends[1]); /* init has it */
    if (sandbox->init == -1) {
        sandbox->init = 0;
        sandbox_end(sandbox);
        return explain(why,
                       ids.privileged ? "make the namespaces of a sandbox"
                                      : "make a user namespace without root",
                       error);
    }
    int result = 0;
    if (!ids.privileged) {
        result = sandbox_write_maps(sandbox->init, &ids, why);
        if (result == 0 && control_send(ends[0], CONTROL_GO, 0, NULL, -1) == -1)
            result = explain(why, "start a sandbox", errno);
    }
    while (result == 0)
        result = serve(sandbox, &ids, why);
    if (result == 1)
        return 0;
    sandbox_end(sandbox);
    return -1;
}

void sandbox_listen(struct sandbox *sandbox)
{
    for (;;) {
        struct control_message message;
        int descriptor; /* none is expected any more; an unexpected one must not stay open */
        if (control_receive(sandbox->control, &message, NULL, &descriptor,
                            MSG_DONTWAIT) == -1) {
            if (errno != EAGAIN)
                sandbox->lost = true;
            return;
        }
        if (descriptor != -1)
            (void)close(descriptor);
        if (message.kind == CONTROL_ENDED) {
            sandbox->player_ended = true;
            sandbox->player_status = message.value;
        } else if (message.kind == CONTROL_FAILED) {
            (void)fprintf(stderr, "sandbox: %s: %s\n", message.text,
                          strerror(message.value));
        }
    }
}

void sandbox_end(struct sandbox *sandbox)
{
    if (sandbox->init > 0) {
        /* Its end is that of every process in its pid namespace, and the kernel lets us wait
         * for it only when all of these are gone. It is our child, so the number is its own. */
        (void)kill(sandbox->init, SIGKILL);
        while (waitpid(sandbox->init, NULL, 0) == -1 && errno == EINTR)
            ;
        sandbox->init = 0;
    }
    int *descriptors[] = {&sandbox->control, &sandbox->proc, &sandbox->kvm_listener};
    for (size_t i = 0; i < sizeof descriptors / sizeof *descriptors; i++) {
        if (*descriptors[i] != -1)
            (void)close(*descriptors[i]); /* nothing was written that could be lost */
        *descriptors[i] = -1;
    }
}
