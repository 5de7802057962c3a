/* Asks only for RESOLVE_IN_ROOT: today the kernel refuses a magic link then, too, but with
 * EXDEV, and it does not promise to. And O_CLOEXEC was forgotten.
 *
 * @fails open.magic open.cloexec
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "inside.h"

int inside_open(int root, const char *path, int flags)
{
    struct open_how how = {.flags = (unsigned)flags, .resolve = RESOLVE_IN_ROOT};

    return (int)syscall(SYS_openat2, root, path, &how, sizeof how);
}
