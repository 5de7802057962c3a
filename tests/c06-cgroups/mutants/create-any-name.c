/* Makes what it is told to make, wherever that is.
 *
 * @fails create.slash create.dots create.long
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cgroups.h"

int cgroup_create(int parent, const char *name, struct cgroup *cgroup)
{
    if (mkdirat(parent, name, 0755) == -1)
        return -1;
    cgroup->fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    cgroup->parent = fcntl(parent, F_DUPFD_CLOEXEC, 0);
    (void)snprintf(cgroup->name, sizeof cgroup->name, "%s", name);
    return cgroup->fd == -1 || cgroup->parent == -1 ? -1 : 0;
}
