/* execvp passes on the environment of the caller, and looks in the caller's PATH.
 *
 * @fails execute.arguments
 */
#define _GNU_SOURCE
#include <unistd.h>
#include "chroot.h"

int chroot_execute(const struct chroot_program *program, int first,
                   struct chroot_result *result)
{
    result->failed = "chroot_enter";
    if (chroot_enter(program->root) == -1)
        return -1;
    result->failed = "chroot_close_from";
    if (chroot_close_from(first) == -1)
        return -1;
    result->failed = "chroot_become";
    if (program->change_user && chroot_become(program->uid, program->gid) == -1)
        return -1;
    result->failed = "execve";
    execvp(program->argv[0], program->argv);
    return -1;
}
