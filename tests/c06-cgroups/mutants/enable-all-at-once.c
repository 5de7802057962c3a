/* Writes all names in one line: the kernel takes all or none. And hands the kernel's EINVAL on.
 *
 * @fails enable.unknown enable.before
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "cgroups.h"

int cgroup_enable(int fd, const char *names)
{
    char copy[256], line[512] = "", *rest = copy, *name;

    (void)snprintf(copy, sizeof copy, "%s", names);
    while ((name = strsep(&rest, " "))) {
        if (*name) {
            strcat(line, "+");
            strcat(line, name);
            strcat(line, " ");
        }
    }
    int file = openat(fd, "cgroup.subtree_control", O_WRONLY | O_CLOEXEC);
    if (file == -1)
        return -1;
    ssize_t written = write(file, line, strlen(line));
    int error = errno;
    close(file);
    errno = error;
    return written == -1 ? -1 : 0;
}
