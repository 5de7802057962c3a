/* Becomes the user before it enters the root, for which the user lacks the privilege.
 *
 * @fails execute.user
 */
#define _GNU_SOURCE
#include <unistd.h>
#include "chroot.h"

int chroot_execute(const struct chroot_program *program, int first,
                   struct chroot_result *result)
{
    result->failed = "chroot_become";
    if (program->change_user && chroot_become(program->uid, program->gid) == -1)
        return -1;
    result->failed = "chroot_enter";
    if (chroot_enter(program->root) == -1)
        return -1;
    result->failed = "chroot_close_from";
    if (chroot_close_from(first) == -1)
        return -1;
    result->failed = "execve";
    environ = (char **)program->envp;
    execvp(program->argv[0], program->argv);
    return -1;
}
