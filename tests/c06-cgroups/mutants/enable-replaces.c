/* Does not know the plus sign, and ignores what the kernel says to that.
 *
 * @fails enable.given enable.missing enable.unknown enable.before enable.busy
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "cgroups.h"

int cgroup_enable(int fd, const char *names)
{
    int file = openat(fd, "cgroup.subtree_control", O_WRONLY | O_CLOEXEC);

    if (file == -1)
        return -1;
    (void)!write(file, names, strlen(names));
    close(file);
    return 0;
}
