/* Forgets to close the reading end of the pipe: each run costs a descriptor.
 *
 * @fails run.caller
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "chroot.h"

/* What a child tells its parent when a step failed. The name is a string constant: fork
 * copies the address space, so the same pointer means the same string in both.
 */
struct failure {
    const char *call;
    int error;
};

/* The child's end of the pipe: the first number behind those that the program keeps. */
enum { REPORT = 3 };

/* Tells the parent at the other end of REPORT what failed (errno says why), and ends this
 * process. With _exit, as exit would write the parent's buffered output a second time.
 */
static _Noreturn void give_up(int report, const char *call)
{
    struct failure failure = {.call = call, .error = errno};

    /* So few bytes arrive whole, see pipe(7). If they cannot be written, there is no
     * parent any more to read them. */
    (void)!write(report, &failure, sizeof failure);
    _exit(127);
}

int chroot_run(const struct chroot_program *program, struct chroot_result *result)
{
    struct failure failure;
    ssize_t told;
    int ends[2], status;

    /* 1. A pipe for bad news, close-on-exec. */
    *result = (struct chroot_result){.failed = "pipe2"};
    if (pipe2(ends, O_CLOEXEC) == -1)
        return -1;

    /* 2. In a child, the pipe moves to REPORT (dup2 leaves the mark behind, so it is made
     *    again), and the child becomes the program; or it tells why not. */
    pid_t child = fork();
    if (child == 0) {
        if (dup2(ends[1], REPORT) == -1 || fcntl(REPORT, F_SETFD, FD_CLOEXEC) == -1)
            give_up(ends[1], "dup2");
        chroot_execute(program, REPORT + 1, result);
        give_up(REPORT, result->failed);
    }
    if (child == -1) {
        int error = errno; /* close may change it */
        close(ends[0]);
        close(ends[1]);
        result->failed = "fork";
        errno = error;
        return -1;
    }

    /* 3. In the parent, close the writing end, or the end of file never comes. Read
     *    what the child says; then close the other end. */
    close(ends[1]);
    do
        told = read(ends[0], &failure, sizeof failure);
    while (told == -1 && errno == EINTR);

    /* 4. Wait for the child, also when it failed: a child that nobody waited for
     *    stays as a zombie. A signal may interrupt the wait. */
    while (waitpid(child, &status, 0) == -1) {
        if (errno == EINTR)
            continue;
        result->failed = "waitpid";
        return -1;
    }

    /* 5. Pass on what the child told, or how the program ended. */
    if (told == sizeof failure) {
        result->failed = failure.call;
        errno = failure.error;
        return -1;
    }
    result->failed = NULL;
    result->exit_status = chroot_exit_status(status);
    return 0;
}
