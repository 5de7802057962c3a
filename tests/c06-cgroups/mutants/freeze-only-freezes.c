/* Writes 1 whatever it is asked for, and waits for that.
 *
 * @fails freeze.thaws
 */
#define _GNU_SOURCE
#include "cgroups.h"

int cgroup_freeze(const struct cgroup *cgroup, bool frozen)
{
    (void)frozen;
    if (cgroup_limit(cgroup, "cgroup.freeze", "1") == -1)
        return -1;
    return cgroup_wait(cgroup, "frozen", 1, 2000);
}
