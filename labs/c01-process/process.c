/* process.c - a program started, watched, signalled and waited for.
 *
 * fork makes a copy of this process, execve turns the copy into the program. Two things of that
 * are not obvious: how the parent learns that execve failed (a pipe that a success closes), and
 * how it names the child afterwards (a descriptor, as a number may be given to another process).
 *
 * Read on: fork(2), execve(2), pipe(7), pidfd_open(2), waitid(2), signalfd(2), close_range(2).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "cleanup.h"
#include "lab.h"
#include "process.h"

/* The child's half of process_spawn: becomes the program, or writes errno to REPORT. */
static _Noreturn void become(const char *path, char *const *argv, char *const *envp,
                             int report)
{
    sigset_t none;

    /* What the parent blocks, the program would have blocked, too: that survives execve. */
    sigemptyset(&none);
    if (sigprocmask(SIG_SETMASK, &none, NULL) == 0)
        execve(path, argv, envp);
    /* When this cannot be written, there is no parent any more to read it. */
    (void)!write(report, &errno, sizeof errno);
    /* Not exit(3), which would write the parent's buffered output a second time. */
    _exit(127);
}

/* Starts a program.                                           @lab 1.1 @points 25
 * pipe2(2), fork(2), become() above, pidfd_open(2), waitpid(2).
 */
int process_spawn(const char *path, char *const *argv, char *const *envp,
                  struct process *process)
{
    /* 1. A pipe for bad news. It is close-on-exec: a program that starts closes it. */
    /* 2. A copy of us, which becomes the program. The parent closes the writing end at once, or
     *    the end of file never comes. */
    /* 3. A descriptor of the child. Its pid cannot be another's yet: nobody waited for it. */
    /* 4. End of file: the program runs. Anything else is the errno of the child. */
    /* 5. A child that failed is waited for, or it stays as a zombie. */
    LAB_TODO("1.1", process_spawn);
    return -1;
}

/* Waits for a process.                                        @lab 1.2 @points 15
 * waitid(2) with P_PIDFD and WEXITED; what it fills in is in sigaction(2), siginfo_t.
 */
int process_wait(struct process *process, struct process_end *end)
{
    /* 1. Wait. A signal of ours may interrupt that; then again. */
    /* 2. The pidfd has served. */
    /* 3. si_status is an exit status or a signal; si_code says which. */
    LAB_TODO("1.2", process_wait);
    return -1;
}

/* One number for both ways to end.                            @lab 1.3 @points 10 */
int process_exit_status(const struct process_end *end)
{
    LAB_TODO("1.3", process_exit_status);
    return -1;
}

/* Signals a process.                                          @lab 1.4 @points 10
 * pidfd_send_signal(2), not kill(2).
 */
int process_signal(const struct process *process, int signal)
{
    LAB_TODO("1.4", process_signal);
    return -1;
}

bool process_ended(const struct process *process)
{
    struct pollfd ended = {.fd = process->pidfd, .events = POLLIN};

    return poll(&ended, 1, 0) == 1;
}

/* Passes signals on.                                          @lab 1.5 @points 20
 * signalfd(2) makes signals readable, a pidfd is readable when its process has ended, and
 * poll(2) waits for both.
 */
int process_forward(const struct process *process, const sigset_t *signals)
{
    /* 1. The blocked signals as something to read. */
    /* 2. Until the process ends, or a signal arrives. */
    /* 3. Pass the signal on. If the process has ended just now, there is nobody to get it,
     *    and the next poll says so. */
    LAB_TODO("1.5", process_forward);
    return -1;
}

/* Closes descriptors, later.                                  @lab 1.6 @points 5
 * close_range(2) with CLOSE_RANGE_CLOEXEC.
 */
int process_close_on_exec(int first)
{
    LAB_TODO("1.6", process_close_on_exec);
    return -1;
}

/* Reaps what has ended.                                       @lab 1.7 @points 15
 * waitid(2) with P_ALL; WNOHANG does not wait, WNOWAIT looks and leaves the zombie there.
 */
int process_reap(pid_t spared)
{
    /* 1. Look who has ended. No children at all is no failure. */
    /* 2. Nobody, or the one that is spared: done. */
    /* 3. That one, and no other, for good. */
    LAB_TODO("1.7", process_reap);
    return -1;
}

int process_find(const char *name, char *const *envp, char *path, size_t size)
{
    const char *search = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    int error = ENOENT;

    for (; *envp; envp++) {
        if (strncmp(*envp, "PATH=", 5) == 0)
            search = *envp + 5;
    }
    if (strchr(name, '/') || *name == '\0')
        search = "";
    for (;; search++) {
        size_t length = strcspn(search, ":");
        struct stat status;
        int written = snprintf(path, size, "%.*s%s%s", (int)length, search,
                               length ? "/" : "", name);

        if (written < 0 || (size_t)written >= size)
            error = ENAMETOOLONG;
        else if (access(path, X_OK) == 0 && stat(path, &status) == 0 &&
                 !S_ISDIR(status.st_mode))
            return 0;
        else if (errno != ENOENT && errno != ENOTDIR)
            error = EACCES;
        else if (access(path, F_OK) == 0)
            error = EACCES; /* a directory */
        search += length;
        if (*search == '\0')
            break;
    }
    errno = error;
    return -1;
}
