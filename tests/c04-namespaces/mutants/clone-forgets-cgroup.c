/* Forgets the cgroup of the wish: the child starts without its limits.
 *
 * @fails clone.cgroup
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/sched.h>
#include <sched.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "namespaces.h"

#define EVERY_KIND                                                                       \
    (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |       \
     CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWTIME)

pid_t namespaces_clone(const struct namespaces_wish *wish, struct process *child)
{
    int pidfd = -1;

    /* 1. Only namespaces: CLONE_VM or CLONE_FILES would share what is ours. */
    if (wish->flags & ~(unsigned)EVERY_KIND) {
        errno = EINVAL;
        return -1;
    }
    /* 2. The wishes; a descriptor of the child; and a SIGCHLD when it ends, as fork has it. */
    struct clone_args arguments = {
        .flags = wish->flags | CLONE_PIDFD,
        .pidfd = (uintptr_t)&pidfd,
        .exit_signal = SIGCHLD,
    };
    /* 4. As with fork, this returns twice. */
    long pid = syscall(SYS_clone3, &arguments, sizeof arguments);
    if (pid > 0)
        *child = (struct process){.pid = (pid_t)pid, .pidfd = pidfd};
    return (pid_t)pid;
}
