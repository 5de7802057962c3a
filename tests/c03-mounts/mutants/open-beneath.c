/* RESOLVE_BENEATH refuses what would lead out, instead of keeping it in: an image whose
 * links are absolute, as most are, cannot be used.
 *
 * @fails open.path open.link open.up open.magic open.cloexec
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "inside.h"

int inside_open(int root, const char *path, int flags)
{
    struct open_how how = {
        .flags = (unsigned)flags | O_CLOEXEC,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
    };

    return (int)syscall(SYS_openat2, root, path, &how, sizeof how);
}
