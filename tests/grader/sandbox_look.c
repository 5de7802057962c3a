/* sandbox_look.c - the processes of a sandbox, and what they use; see sandbox.h.
 *
 * How much they use is read from the sandbox's own /proc, which lists them and nobody else, by
 * their inner numbers. Who they are, in the numbers of the host, takes a look at all processes
 * of the host: those whose pid namespace, or one of its parents, is that of the sandbox.
 *
 * Read on: pid_namespaces(7), ioctl_ns(2), proc(5).
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "sandbox.h"

enum { NESTING = 32 }; /* pid namespaces cannot be deeper */

static size_t resident_of(int proc, const char *name)
{
    char path[300], text[128];
    (void)snprintf(path, sizeof path, "%s/statm", name);
    int file = openat(proc, path, O_RDONLY | O_CLOEXEC);
    if (file == -1)
        return 0; /* it has just ended */
    ssize_t length = read(file, text, sizeof text - 1);
    (void)close(file); /* only read */
    text[length > 0 ? length : 0] = '\0';
    unsigned long size, resident;
    if (sscanf(text, "%lu %lu", &size, &resident) != 2)
        return 0;
    return resident * (size_t)sysconf(_SC_PAGESIZE);
}

size_t sandbox_resident(const struct sandbox *sandbox)
{
    if (sandbox->proc == -1)
        return 0;
    int again = openat(sandbox->proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = again == -1 ? NULL : fdopendir(again);
    if (!directory)
        return 0; /* the namespace is gone, and all that was in it */
    size_t sum = 0;
    struct dirent *entry;
    while ((entry = readdir(directory)))
        if (isdigit((unsigned char)entry->d_name[0]) && strcmp(entry->d_name, "1") != 0)
            sum += resident_of(sandbox->proc, entry->d_name);
    (void)closedir(directory); /* only read */
    return sum;
}

/* Whether the process is in the pid namespace OURS, or in one that was made inside it. */
static bool belongs(const char *name, uint64_t ours, uint64_t judges)
{
    char path[300];
    struct stat about;
    (void)snprintf(path, sizeof path, "/proc/%s/ns/pid", name);
    int ns = open(path, O_RDONLY | O_CLOEXEC);
    bool found = false;
    for (int level = 0; ns != -1 && level < NESTING; level++) {
        if (fstat(ns, &about) == -1 || about.st_ino == judges)
            break;
        if (about.st_ino == ours) {
            found = true;
            break;
        }
        int parent = ioctl(ns, NS_GET_PARENT);
        (void)close(ns); /* only looked at */
        ns = parent;
    }
    if (ns != -1)
        (void)close(ns); /* only looked at */
    return found;
}

static int by_number(const void *a, const void *b)
{
    pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;
    return x < y ? -1 : x > y;
}

size_t sandbox_processes(const struct sandbox *sandbox, pid_t *pids, size_t most)
{
    struct stat judges;
    DIR *directory = opendir("/proc");
    if (!directory)
        return 0;
    if (stat("/proc/self/ns/pid", &judges) == -1)
        judges.st_ino = 0; /* then we look at more processes than we need to */
    size_t count = 0;
    struct dirent *entry;
    while ((entry = readdir(directory))) {
        pid_t pid = atoi(entry->d_name);
        if (pid <= 0 || pid == sandbox->init || pid == sandbox->player ||
            !belongs(entry->d_name, sandbox->pid_namespace, judges.st_ino))
            continue;
        if (count < most)
            pids[count] = pid;
        count++;
    }
    (void)closedir(directory); /* only read */
    if (most > 0)
        qsort(pids, count < most ? count : most, sizeof *pids, by_number);
    return count;
}
