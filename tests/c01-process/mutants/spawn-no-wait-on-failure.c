/* Does not wait for the child when it told of a failure: a zombie stays.
 *
 * @fails spawn.leftovers
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/pidfd.h>
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
    errno = told == sizeof error ? error : errno;
    return -1;
}
