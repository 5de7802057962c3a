/* chroot.h - a root directory of its own: the contract of lesson c02-chroot.
 *
 * chroot(2) changes one pointer of a process: the directory that a path starting with "/"
 * starts from. Everything else that the process holds stays as it was, and each function
 * here but the last three closes one thing that chroot leaves open.
 *
 * Read on: chroot(2), path_resolution(7), credentials(7); the page lessons/c02-chroot.
 */
#ifndef CHROOT_H
#define CHROOT_H

#include <stdbool.h>
#include <sys/types.h>

/* What to run, where and as whom. The caller owns everything that it points to. */
struct chroot_program {
    const char *root;  /* directory that becomes "/", a path of the host */
    char *const *argv; /* argv[0] is the program: a path inside the root, or, without a
                          slash, a name to look for in the PATH of envp, inside too */
    char *const *envp; /* its whole environment; NULL ends it, as it ends argv */
    bool change_user;  /* false: stay who we are; true: become uid and gid */
    uid_t uid;         /* a number: a name would be looked up in the host's /etc/passwd */
    gid_t gid;
};

/* How a program ended. */
struct chroot_result {
    int exit_status;    /* 0 to 255; 128 + signal when a signal ended it, as in a shell */
    const char *failed; /* NULL, or what failed before the program ran: "chroot_enter",
                           "chroot_close_from", "chroot_become", "execve", or a call of
                           chroot_run: "pipe2", "fork", "dup2", "waitpid"; a constant */
};

/* Makes ROOT the root directory of this process, and its working directory too.
 * Returns 0, or -1 with errno of chroot(2): ENOENT, ENOTDIR, EACCES, EPERM (the caller
 * lacks CAP_SYS_CHROOT). After an error root and working directory are as they were.
 */
int chroot_enter(const char *root);

/* Closes every file descriptor of this process from FIRST on, however high its number is.
 * Returns 0, also when there was none, or -1 with errno of close_range(2).
 */
int chroot_close_from(int first);

/* Becomes UID and GID, and leaves every supplementary group, so that there is no way
 * back: real, effective and saved ids all change. Neither may be -1, which setresuid(2)
 * takes for "as it is".
 * Returns 0, or -1 with errno of setgroups(2), setresgid(2) or setresuid(2): EPERM.
 * After an error the caller must end the process: it may be half changed.
 */
int chroot_become(uid_t uid, gid_t gid);

/* Turns the status word of waitpid(2) into an exit status as a shell gives it: the status
 * of exit(3), or 128 + the number of the signal that ended the process.
 */
int chroot_exit_status(int wait_status);

/* Turns this process into PROGRAM: enters its root, closes every descriptor from FIRST
 * on, becomes its user, and executes it. When that works, it does not return.
 * Returns -1 with errno of the step that failed, and its name in result->failed.
 * The caller must then end the process with _exit(2): it may be half changed.
 */
int chroot_execute(const struct chroot_program *program, int first,
                   struct chroot_result *result);

/* Runs PROGRAM in a child, with descriptors 0, 1 and 2 and no others, and waits for it.
 * The caller's own root, working directory, user and descriptors stay as they are, and
 * no child is left over.
 * Returns 0 and fills RESULT when the program ran, whatever its exit status.
 * Returns -1 with errno of the call that failed, and its name in result->failed, when it
 * did not: nothing of the program has run then.
 */
int chroot_run(const struct chroot_program *program, struct chroot_result *result);

#endif
