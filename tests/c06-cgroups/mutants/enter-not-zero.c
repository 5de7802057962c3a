/* Takes 0 for a mistake, and thinks that a write that went through close(2) went well.
 *
 * @fails enter.self enter.ended enter.parent
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#include "cgroups.h"

int cgroup_enter(const struct cgroup *cgroup, pid_t pid)
{
    if (pid <= 0) {
        errno = ESRCH;
        return -1;
    }
    int to = openat(cgroup->fd, "cgroup.procs", O_WRONLY | O_CLOEXEC);
    if (to == -1)
        return -1;
    (void)dprintf(to, "%d", pid);
    return close(to);
}
