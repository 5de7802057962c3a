/* Asks for it, and returns before it is so.
 *
 * @fails freeze.waits
 */
#define _GNU_SOURCE
#include "cgroups.h"

int cgroup_freeze(const struct cgroup *cgroup, bool frozen)
{
    return cgroup_limit(cgroup, "cgroup.freeze", frozen ? "1" : "0");
}
