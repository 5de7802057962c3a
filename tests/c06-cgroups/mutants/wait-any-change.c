/* Takes the first change of the file for the one that was waited for.
 *
 * @fails wait.other
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>
#include "cgroups.h"

int cgroup_wait(const struct cgroup *cgroup, const char *key, long long wanted,
                int milliseconds)
{
    char text[256];
    long long value;
    int events = openat(cgroup->fd, "cgroup.events", O_RDONLY | O_CLOEXEC);

    if (events == -1)
        return -1;
    int result = -1;
    if (pread(events, text, sizeof text, 0) != -1 &&
        cgroup_value(cgroup, "cgroup.events", key, &value) == 0) {
        struct pollfd changed = {.fd = events, .events = POLLPRI};
        result = value == wanted ? 1 : poll(&changed, 1, milliseconds);
        if (result == 0)
            errno = ETIMEDOUT;
    }
    int error = errno;
    close(events);
    errno = error;
    return result > 0 ? 0 : -1;
}
