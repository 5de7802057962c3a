/* Prints that a step failed, and goes on: the program runs in the root of the host.
 *
 * @fails execute.root
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <unistd.h>
#include "chroot.h"

int chroot_execute(const struct chroot_program *program, int first,
                   struct chroot_result *result)
{
    if (chroot_enter(program->root) == -1)
        perror(program->root);
    if (chroot_close_from(first) == -1)
        perror("chroot_close_from");
    if (program->change_user && chroot_become(program->uid, program->gid) == -1)
        perror("chroot_become");
    result->failed = "execve";
    environ = (char **)program->envp;
    execvp(program->argv[0], program->argv);
    return -1;
}
