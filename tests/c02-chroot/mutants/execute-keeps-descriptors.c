/* Leaves it to the caller to have opened everything with O_CLOEXEC.
 *
 * @fails execute.descriptors
 */
#define _GNU_SOURCE
#include <unistd.h>
#include "chroot.h"

int chroot_execute(const struct chroot_program *program, int first,
                   struct chroot_result *result)
{
    (void)first;
    result->failed = "chroot_enter";
    if (chroot_enter(program->root) == -1)
        return -1;
    result->failed = "chroot_become";
    if (program->change_user && chroot_become(program->uid, program->gid) == -1)
        return -1;
    result->failed = "execve";
    environ = (char **)program->envp;
    execvp(program->argv[0], program->argv);
    return -1;
}
