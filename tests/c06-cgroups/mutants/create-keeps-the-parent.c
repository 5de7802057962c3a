/* Keeps the caller's descriptor in place of a copy: whoever closes the cgroup closes it, too. And
 * forgets close-on-exec.
 *
 * @fails create.directory create.parent
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cgroups.h"

int cgroup_create(int parent, const char *name, struct cgroup *cgroup)
{
    if (*name == '\0' || strchr(name, '/') || strcmp(name, ".") == 0 ||
        strcmp(name, "..") == 0) {
        errno = EINVAL;
        return -1;
    }
    if (strlen(name) >= sizeof cgroup->name) {
        errno = ENAMETOOLONG;
        return -1;
    }
    if (mkdirat(parent, name, 0755) == -1)
        return -1;
    cgroup->parent = parent;
    strcpy(cgroup->name, name);
    cgroup->fd = openat(parent, name, O_RDONLY | O_DIRECTORY);
    return cgroup->fd == -1 ? -1 : 0;
}
