/* Says "not the same" when it could not look.
 *
 * @fails same.missing same.refused
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/stat.h>
#include "namespaces.h"

/* Looks where the namespace KIND of a process is. */
static int look(pid_t pid, const char *kind, struct stat *status)
{
    char path[64];

    if (pid == 0)
        (void)snprintf(path, sizeof path, "/proc/self/ns/%.20s", kind);
    else
        (void)snprintf(path, sizeof path, "/proc/%d/ns/%.20s", pid, kind);
    return stat(path, status);
}

int namespaces_same(pid_t one, pid_t other, const char *kind)
{
    struct stat here, there;

    if (look(one, kind, &here) == -1 || look(other, kind, &there) == -1)
        return 0;
    return here.st_dev == there.st_dev && here.st_ino == there.st_ino;
}
