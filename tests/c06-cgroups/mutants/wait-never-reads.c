/* Polls a descriptor that it never reads from: for the kernel, the news is never taken, and poll
 * returns at once, again and again.
 *
 * @fails wait.asleep
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>
#include "cgroups.h"

static long long now(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

int cgroup_wait(const struct cgroup *cgroup, const char *key, long long wanted,
                int milliseconds)
{
    long long value = -1, end = now() + milliseconds;
    int events = openat(cgroup->fd, "cgroup.events", O_RDONLY | O_CLOEXEC);

    if (events == -1)
        return -1;
    int result = cgroup_value(cgroup, "cgroup.events", key, &value);
    while (result == 0 && value != wanted && now() < end) {
        struct pollfd changed = {.fd = events, .events = POLLPRI};
        (void)poll(&changed, 1, (int)(end - now()));
        result = cgroup_value(cgroup, "cgroup.events", key, &value);
    }
    close(events);
    if (result == 0 && value != wanted) {
        errno = ETIMEDOUT;
        return -1;
    }
    return result;
}
