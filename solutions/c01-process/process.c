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
    CLEANUP_CLOSE int report = -1;
    int ends[2], error = 0;

    /* 1. A pipe for bad news. It is close-on-exec: a program that starts closes it. */
    if (pipe2(ends, O_CLOEXEC) == -1)
        return -1;
    report = ends[0];

    /* 2. A copy of us, which becomes the program. The parent closes the writing end at once, or
     *    the end of file never comes. */
    pid_t pid = fork();
    if (pid == 0)
        become(path, argv, envp, ends[1]);
    cleanup_close(&ends[1]);
    if (pid == -1)
        return -1;

    /* 3. A descriptor of the child. Its pid cannot be another's yet: nobody waited for it. */
    CLEANUP_CLOSE int pidfd = pidfd_open(pid, 0);

    /* 4. End of file: the program runs. Anything else is the errno of the child. */
    ssize_t told =
        pidfd == -1 ? -1 : TEMP_FAILURE_RETRY(read(report, &error, sizeof error));
    if (told == 0) {
        *process = (struct process){.pid = pid, .pidfd = cleanup_take(&pidfd)};
        return 0;
    }
    /* 5. A child that failed is waited for, or it stays as a zombie. */
    error = told == sizeof error ? error : errno;
    if (told != sizeof error)
        (void)kill(pid, SIGKILL); /* it is our child and not waited for: it is there */
    (void)TEMP_FAILURE_RETRY(waitpid(pid, NULL, 0));
    errno = error;
    return -1;
}

/* Waits for a process.                                        @lab 1.2 @points 15
 * waitid(2) with P_PIDFD and WEXITED; what it fills in is in sigaction(2), siginfo_t.
 */
int process_wait(struct process *process, struct process_end *end)
{
    siginfo_t info;

    /* 1. Wait. A signal of ours may interrupt that; then again. */
    if (TEMP_FAILURE_RETRY(waitid(P_PIDFD, (id_t)process->pidfd, &info, WEXITED)) == -1)
        return -1;
    /* 2. The pidfd has served. */
    cleanup_close(&process->pidfd);
    /* 3. si_status is an exit status or a signal; si_code says which. */
    *end = (struct process_end){0};
    if (info.si_code == CLD_EXITED)
        end->exit_status = info.si_status;
    else
        end->signal = info.si_status;
    end->core = info.si_code == CLD_DUMPED;
    return 0;
}

/* One number for both ways to end.                            @lab 1.3 @points 10 */
int process_exit_status(const struct process_end *end)
{
    return end->signal ? 128 + end->signal : end->exit_status;
}

/* Signals a process.                                          @lab 1.4 @points 10
 * pidfd_send_signal(2), not kill(2).
 */
int process_signal(const struct process *process, int signal)
{
    return pidfd_send_signal(process->pidfd, signal, NULL, 0);
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
    CLEANUP_CLOSE int arrived = signalfd(-1, signals, SFD_CLOEXEC);
    if (arrived == -1)
        return -1;
    struct pollfd ready[] = {{.fd = process->pidfd, .events = POLLIN},
                             {.fd = arrived, .events = POLLIN}};
    for (;;) {
        /* 2. Until the process ends, or a signal arrives. */
        if (TEMP_FAILURE_RETRY(poll(ready, 2, -1)) == -1)
            return -1;
        if (ready[0].revents)
            return 0;
        /* 3. Pass the signal on. If the process has ended just now, there is nobody to get it,
         *    and the next poll says so. */
        struct signalfd_siginfo info;
        if (read(arrived, &info, sizeof info) == sizeof info)
            (void)process_signal(process, (int)info.ssi_signo);
    }
}

/* Closes descriptors, later.                                  @lab 1.6 @points 5
 * close_range(2) with CLOSE_RANGE_CLOEXEC.
 */
int process_close_on_exec(int first)
{
    return close_range((unsigned)first, UINT_MAX, CLOSE_RANGE_CLOEXEC);
}

/* Reaps what has ended.                                       @lab 1.7 @points 15
 * waitid(2) with P_ALL; WNOHANG does not wait, WNOWAIT looks and leaves the zombie there.
 */
int process_reap(pid_t spared)
{
    for (int reaped = 0;; reaped++) {
        siginfo_t info = {.si_pid = 0};

        /* 1. Look who has ended. No children at all is no failure. */
        if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == -1)
            return errno == ECHILD ? reaped : -1;
        /* 2. Nobody, or the one that is spared: done. */
        if (info.si_pid == 0 || info.si_pid == spared)
            return reaped;
        /* 3. That one, and no other, for good. */
        if (waitid(P_PID, (id_t)info.si_pid, &info, WEXITED | WNOHANG) == -1)
            return -1;
    }
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
