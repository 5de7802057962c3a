/* process.h - a program started, watched, signalled and waited for: the contract of c01-process.
 *
 * A container is a process; whatever else it is, it has to be started, and somebody has to wait
 * for it. The old way to name a process is its pid, a number that the kernel gives to another
 * process once this one is gone. A pidfd is a descriptor of the process itself: a signal through
 * it reaches this process or nobody, and poll(2) says when it has ended.
 *
 * Read on: fork(2), execve(2), pidfd_open(2), pidfd_send_signal(2), waitid(2), signal(7); the
 * page lessons/c01-process.
 */
#ifndef PROCESS_H
#define PROCESS_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* A child of ours. process_wait ends it; until then it exists, at least as a zombie. */
struct process {
    pid_t pid; /* for people to read; no function here sends anything to it */
    int pidfd; /* close-on-exec; -1 after process_wait */
};

/* How it ended: one of two ways. */
struct process_end {
    int exit_status; /* 0 to 255, when signal is 0 */
    int signal;      /* the signal that ended it, or 0 */
    bool core;       /* that signal also left a core file */
};

/* Starts the program PATH (a path, not looked up) with ARGV and ENVP, each ended by NULL, as a
 * child with no signal blocked, and fills in PROCESS. It gets the descriptors that are not
 * close-on-exec. Returns 0 once the program runs.
 * Returns -1 with errno of pipe2(2), fork(2), pidfd_open(2), or of the execve(2) that failed in
 * the child: ENOENT, EACCES, ENOEXEC, …; no child is left over then.
 */
int process_spawn(const char *path, char *const *argv, char *const *envp,
                  struct process *process);

/* Waits until the process ends, fills in END, and closes the pidfd.
 * Returns 0, or -1 with errno of waitid(2): ECHILD (not our child, or somebody else waited for
 * it), EINVAL (waited for already). A signal that arrives meanwhile does not end the wait.
 */
int process_wait(struct process *process, struct process_end *end);

/* One number for both ways, as a shell gives it: the exit status, or 128 + the signal. */
int process_exit_status(const struct process_end *end);

/* Sends a signal to this process and to no other. Returns 0, also when it has ended and nobody
 * has waited yet; or -1 with errno of pidfd_send_signal(2): EINVAL (no such signal), EPERM,
 * ESRCH (waited for), EBADF.
 */
int process_signal(const struct process *process, int signal);

/* Whether it has ended, so that process_wait would not have to wait. */
bool process_ended(const struct process *process);

/* Passes each of SIGNALS that arrives at us on to PROCESS, until it ends. The caller has blocked
 * them (sigprocmask(2)) since before the process was started, so none is lost or ends us.
 * SIGNALS must not have SIGCHLD. Returns 0 when the process has ended (and is still to be
 * waited for), or -1 with errno of signalfd(2) or poll(2).
 */
int process_forward(const struct process *process, const sigset_t *signals);

/* Marks every descriptor from FIRST on close-on-exec, however high its number is: they stay
 * usable here, and no program that is started gets them.
 * Returns 0, or -1 with errno of close_range(2).
 */
int process_close_on_exec(int first);

/* Waits for every child that has ended, but does not wait for one to end. Orphans become
 * children of PID 1, which owes them this; otherwise they stay as zombies. SPARED is left to its
 * own process_wait: when it is the next to be reaped, this ends. 0 spares none.
 * Returns how many children it waited for, or -1 with errno of waitid(2); no children is 0.
 */
int process_reap(pid_t spared);

/* Looks NAME up as execvp(3) does, in the PATH of ENVP, or takes it as it is when it has a
 * slash. Copies what it found to PATH (of SIZE bytes). Returns 0, or -1 with errno: ENOENT,
 * EACCES (found, but it may not be executed), ENAMETOOLONG.
 */
int process_find(const char *name, char *const *envp, char *path, size_t size);

#endif
