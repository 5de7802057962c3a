/* Does not close its descriptors.
 *
 * @fails remove.closed remove.failed
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "cgroups.h"

static int remove_below(int at)
{
    int fd = openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), result = 0;
    DIR *directory = fdopendir(fd);
    struct dirent *entry;

    while (result == 0 && (entry = readdir(directory))) {
        if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
            continue;
        int below = openat(at, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        result = remove_below(below);
        if (result == 0)
            result = unlinkat(at, entry->d_name, AT_REMOVEDIR);
        int error = errno;
        close(below);
        errno = error;
    }
    int error = errno;
    (void)closedir(directory);
    errno = error;
    return result;
}

int cgroup_remove(struct cgroup *cgroup)
{
    if (cgroup_kill(cgroup) == -1 || cgroup_wait(cgroup, "populated", 0, 2000) == -1 ||
        remove_below(cgroup->fd) == -1)
        return -1;
    return unlinkat(cgroup->parent, cgroup->name, AT_REMOVEDIR);
}
