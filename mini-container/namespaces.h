/* namespaces.h - what a process can see, divided: the contract of c04-namespaces.
 *
 * A namespace is a table of the kernel that a process looks into when it asks for the host name,
 * for processes, for network devices. Usually there is one such table for all. clone3(2) starts
 * a child that has its own, for each kind that is asked for; the child sees only what is in
 * them, and whoever stands outside sees both sides. setns(2) lets a process look into another's.
 *
 *     kind     flag of clone3     what is in it
 *     uts      CLONE_NEWUTS       host name
 *     pid      CLONE_NEWPID       process numbers; the first process inside is 1
 *     ipc      CLONE_NEWIPC       System V queues, shared memory, semaphores; POSIX queues
 *     mnt      CLONE_NEWNS        mounts (c03-mounts)
 *     net      CLONE_NEWNET       devices, addresses, routes, ports
 *     user     CLONE_NEWUSER      user and group numbers, and the privileges (c05-users)
 *     cgroup   CLONE_NEWCGROUP    where the cgroup tree begins (c06-cgroups)
 *     time     CLONE_NEWTIME      what the clocks of uptime add
 *
 * Read on: namespaces(7) and the page of each kind, clone(2), setns(2); lessons/c04-namespaces.
 */
#ifndef NAMESPACES_H
#define NAMESPACES_H

#include <stdbool.h>
#include <sys/types.h>
#include "process.h"

/* What a child is to have of its own. */
struct namespaces_wish {
    unsigned flags; /* CLONE_NEWUTS | …, and no other flag of clone(2) */
    int cgroup;     /* descriptor of the cgroup to start in, or -1 for the caller's */
};

/* Starts a copy of this process, as fork(2) does, in new namespaces. Two kinds are special: a
 * new cgroup namespace begins at the cgroup of the *caller*, so for one that begins at
 * WISH->cgroup the child calls unshare(CLONE_NEWCGROUP) itself; and the clocks of a new time
 * namespace can no longer be set (see namespaces_time).
 * Returns 0 in the child, and in the caller the pid, with CHILD filled in; the caller waits
 * for it with process_wait. Or -1 with errno: EINVAL (a flag that is no namespace, or that this
 * kernel does not have), EPERM (not privileged, and no CLONE_NEWUSER), ENOSPC (a limit of
 * /proc/sys/user), EBUSY or EOPNOTSUPP (the cgroup cannot have processes), EAGAIN (its pids.max).
 */
pid_t namespaces_clone(const struct namespaces_wish *wish, struct process *child);

/* Sets the host name of this uts namespace. Returns 0, or -1 with errno: EINVAL (empty, longer
 * than 64, or with other than letters, digits, "-" and "."), EPERM.
 */
int namespaces_hostname(const char *name);

/* Switches the loopback device of this network namespace on; a new one has it switched off, and
 * 127.0.0.1 cannot be reached. The addresses come by themselves.
 * Returns 0, or -1 with errno of socket(2) or ioctl(2): EPERM.
 */
int namespaces_loopback(void);

/* Makes a new time namespace for the children that this process starts from now on, in which
 * the system seems to have been up for SECONDS more (or less). This process stays where it is.
 * Returns 0, or -1 with errno of unshare(2), or of the write: EPERM, ERANGE (before the start).
 */
int namespaces_time(long seconds);

/* Enters the namespaces FLAGS of the process that PIDFD is, all or none of them. A pid
 * namespace is entered by the next child; this process keeps its number.
 * Returns 0, or -1 with errno of setns(2): EPERM, ESRCH (it has ended), EINVAL.
 */
int namespaces_join(int pidfd, unsigned flags);

/* Whether two processes are in the same namespace of KIND ("uts", "pid", …). A pid of 0 is this
 * process. Returns 1, 0, or -1 with errno: ENOENT (no such process or kind), EACCES.
 */
int namespaces_same(pid_t one, pid_t other, const char *kind);

/* What PID 1 owes: passes the signals that it gets on to PROGRAM, its child, and reaps every
 * other child, until PROGRAM has ended. The caller has blocked every signal since before it
 * started PROGRAM. Returns the exit status of PROGRAM as process_exit_status gives it, with
 * which PID 1 should end: the kernel then ends all that is left. Or -1 with errno.
 */
int namespaces_init(struct process *program);

#endif
