/* Opens as for an ordinary file, to be made when it is not there; and leaves it open.
 *
 * @fails limit.absent
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "cgroups.h"

int cgroup_limit(const struct cgroup *cgroup, const char *file, const char *value)
{
    int to = openat(cgroup->fd, file, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

    if (to == -1)
        return -1;
    return write(to, value, strlen(value)) == -1 ? -1 : 0;
}
