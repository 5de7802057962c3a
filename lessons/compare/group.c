/* group.c - cgroups to count memory and processor time in.
 *
 * A group of this run, boxwork-compare-PID, stands below the root of the hierarchy, and one for
 * each kind below that. Nothing is limited: the groups only count.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "kinds.h"

#define CGROUPS "/sys/fs/cgroup"

static void group_of_run(char *path, size_t size)
{
    (void)snprintf(path, size, CGROUPS "/boxwork-compare-%d", (int)getpid());
}

/* Writes TEXT to DIRECTORY/NAME. Returns 0, or -1 with errno. */
static int put(const char *directory, const char *name, const char *text)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%s", directory, name); /* cut: ENOENT */
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file == -1)
        return -1;
    ssize_t written = write(file, text, strlen(text));
    int saved = errno;
    (void)close(file); /* such a write is done when it returns */
    errno = saved;
    return written == -1 ? -1 : 0;
}

int group_make(struct compare *compare, const char *name, char *path, size_t size)
{
    char parent[256];
    group_of_run(parent, sizeof parent);
    (void)snprintf(path, size, "%s/%s", parent, name);
    if ((mkdir(parent, 0755) == 0 || errno == EEXIST) &&
        put(CGROUPS, "cgroup.subtree_control", "+memory +cpu") == 0 &&
        put(parent, "cgroup.subtree_control", "+memory +cpu") == 0 &&
        mkdir(path, 0755) == 0)
        return 0;
    return compare_failed(compare, "%s: %s: counting takes root and cgroup version 2",
                          path, strerror(errno));
}

void group_remove(const char *path)
{
    if (path[0] == '\0')
        return;
    /* A process that is being killed still counts for a moment. */
    for (int tries = 0; tries < 400; tries++) {
        if (rmdir(path) == 0 || errno != EBUSY)
            return;
        (void)put(path, "cgroup.kill", "1"); /* tried again, and the time is limited */
        (void)usleep(10000);                 /* shorter after a signal: no harm */
    }
}

void groups_end(void)
{
    char parent[256];
    group_of_run(parent, sizeof parent);
    group_remove(parent);
}

int64_t group_cpu(const char *path)
{
    char name[512];
    int64_t microseconds = -1;
    (void)snprintf(name, sizeof name, "%s/cpu.stat", path);
    FILE *file = fopen(name, "re");
    if (file == NULL)
        return -1;
    if (fscanf(file, "usage_usec %" SCNd64, &microseconds) != 1)
        errno = ENODATA;
    (void)fclose(file); /* it was only read */
    return microseconds;
}
