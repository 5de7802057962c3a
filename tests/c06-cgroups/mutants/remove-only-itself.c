/* Forgets that there may be cgroups in it.
 *
 * @fails remove.below remove.failed
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <unistd.h>
#include "cgroups.h"

int cgroup_remove(struct cgroup *cgroup)
{
    int result = cgroup_kill(cgroup);

    if (result == 0)
        result = cgroup_wait(cgroup, "populated", 0, 2000);
    if (result == 0)
        result = unlinkat(cgroup->parent, cgroup->name, AT_REMOVEDIR);
    cgroup_close(cgroup);
    return result;
}
