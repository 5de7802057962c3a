/* Sets one of the two clocks: uptime is ahead, and timers that sleep are not.
 *
 * @fails time.offsets
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>
#include "cleanup.h"
#include "namespaces.h"

int namespaces_time(long seconds)
{
    char offsets[80];
    int length = snprintf(offsets, sizeof offsets, "boottime %ld 0\n", seconds);

    /* 1. For children: a process cannot be taken out of its own time. */
    if (unshare(CLONE_NEWTIME) == -1)
        return -1;
    /* 2. As long as no process is inside: a clock that jumps while it is read helps nobody. */
    CLEANUP_CLOSE int file = open("/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC);
    if (file == -1)
        return -1;
    return write(file, offsets, (size_t)length) == length ? 0 : -1;
}
