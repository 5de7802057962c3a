/* chroot.c - a root directory of its own, and what has to be closed beside it.
 *
 * chroot(2) moves the root of one process and nothing else. The working directory, open
 * descriptors, groups and user stay, and each of them is a way out. So a program that is to
 * stay inside is started in five steps, and their order matters: see chroot_run, below.
 *
 * Read on: chroot(2) (the section NOTES lists these ways out), credentials(7), execve(2).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "chroot.h"

/* Enters a new root.                                          @lab 2.1 @points 20
 * chroot(2), chdir(2).
 */
int chroot_enter(const char *root)
{
    /* 1. Move the root of this process. */
    if (chroot(root) == -1)
        return -1;
    /* 2. The working directory is still outside, and a path without a leading "/" starts
     *    there. */
    return chdir("/");
}

/* Turns a wait status into an exit status.                    @lab 2.4 @points 10
 * wait(2): WIFEXITED, WEXITSTATUS, WTERMSIG.
 */
int chroot_exit_status(int wait_status)
{
    if (WIFEXITED(wait_status))
        return WEXITSTATUS(wait_status);
    return 128 + WTERMSIG(wait_status);
}
