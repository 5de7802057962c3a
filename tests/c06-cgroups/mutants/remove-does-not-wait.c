/* Removes the directory right after the kill: the processes are still on their way out. And its
 * errors go without closing.
 *
 * @fails remove.processes remove.below remove.other remove.closed remove.failed
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <unistd.h>
#include "cgroups.h"

int cgroup_remove(struct cgroup *cgroup)
{
    if (cgroup_kill(cgroup) == -1)
        return -1;
    if (unlinkat(cgroup->parent, cgroup->name, AT_REMOVEDIR) == -1)
        return -1;
    cgroup_close(cgroup);
    return 0;
}
