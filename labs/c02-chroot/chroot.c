/* chroot.c - a root directory of its own, and what has to be closed beside it.
 *
 * chroot(2) moves the root of one process and nothing else. The working directory, open
 * descriptors, groups and user stay, and each of them is a way out. So a program that
 * is to stay inside is started in four steps whose order matters (chroot_execute), in a
 * child, so that the caller stays who and where it is (chroot_run).
 *
 * Read on: chroot(2) (DESCRIPTION lists ways out), credentials(7), execve(2), pipe(7).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <sys/wait.h>
#include <unistd.h>
#include "chroot.h"
#include "lab.h"

/* Enters a new root.                                          @lab 2.1 @points 20
 * chroot(2), chdir(2).
 */
int chroot_enter(const char *root)
{
    /* 1. Move the root of this process. */
    /* 2. The working directory is still outside, and a path without a leading "/" starts
     *    there. Move it too, now that "/" means the new root. */
    LAB_TODO("2.1", chroot_enter);
    return -1;
}

/* Closes descriptors.                                         @lab 2.2 @points 15
 * close_range(2). A loop over close(2) would have to know where to stop: the limit
 * RLIMIT_NOFILE may have been lowered after a descriptor above it was opened.
 */
int chroot_close_from(int first)
{
    LAB_TODO("2.2", chroot_close_from);
    return -1;
}

/* Becomes another user, for good.                             @lab 2.3 @points 20
 * setgroups(2), setresgid(2), setresuid(2). setuid(2) alone changes all three user ids
 * only for a caller that is privileged; setresuid says what it means.
 */
int chroot_become(uid_t uid, gid_t gid)
{
    /* 1. Leave the supplementary groups, while we are still allowed to. */
    /* 2. The group: real, effective and saved. */
    /* 3. The user last: from here on, nothing of the above is allowed any more. */
    LAB_TODO("2.3", chroot_become);
    return -1;
}

/* Turns a wait status into an exit status.                    @lab 2.4 @points 10
 * wait(2): WIFEXITED, WEXITSTATUS, WTERMSIG.
 */
int chroot_exit_status(int wait_status)
{
    LAB_TODO("2.4", chroot_exit_status);
    return -1;
}

/* Turns this process into the program.                        @lab 2.5 @points 15
 * execvp(3) looks a name without a slash up in the PATH of `environ`, so that is set
 * first.
 */
int chroot_execute(const struct chroot_program *program, int first,
                   struct chroot_result *result)
{
    /* 1. The root first: it takes a privilege that step 3 gives away. */
    /* 2. What we hold of the outside, while nobody else is inside with us. */
    /* 3. The user, if another one is asked for. */
    /* 4. The program: found inside the root, and with the rights of its user. */
    LAB_TODO("2.5", chroot_execute);
    return -1;
}

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

/* Runs a program in a child and waits for it.                 @lab 2.6 @points 20
 * pipe2(2), fork(2), dup2(2), waitpid(2). How does the parent learn that execve failed
 * in the child? The pipe is close-on-exec: a program that starts closes it, and read(2)
 * returns 0; a step that fails writes why.
 */
int chroot_run(const struct chroot_program *program, struct chroot_result *result)
{
    /* 1. A pipe for bad news, close-on-exec. */
    /* 2. In a child, the pipe moves to REPORT (dup2 leaves the mark behind, so it is made
     *    again), and the child becomes the program; or it tells why not. */
    /* 3. In the parent, close the writing end, or the end of file never comes. Read
     *    what the child says; then close the other end. */
    /* 4. Wait for the child, also when it failed: a child that nobody waited for
     *    stays as a zombie. A signal may interrupt the wait. */
    /* 5. Pass on what the child told, or how the program ended. */
    LAB_TODO("2.6", chroot_run);
    return -1;
}
