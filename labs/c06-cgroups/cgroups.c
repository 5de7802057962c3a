/* cgroups.c - what a group of processes may use.
 *
 * The interface is a file system, so all of this is open, write, read, mkdir and rmdir, always
 * from a directory that we hold. What takes thought is the order: controllers before limits,
 * limits before processes, processes gone before the directory goes.
 *
 * Read on: cgroups(7), Documentation/admin-guide/cgroup-v2.rst (sections 2 and 5).
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <time.h>
#include <unistd.h>
#include "cgroups.h"
#include "lab.h"
#include "cleanup.h"

/* How long frozen or killed processes may take: they are in the kernel for milliseconds. */
enum { PATIENCE = 2000, LOOK_AGAIN = 100 };

int cgroup_open_parent(const char *path)
{
    struct statfs status;
    CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd == -1 || fstatfs(fd, &status) == -1)
        return -1;
    if (status.f_type != CGROUP2_SUPER_MAGIC) {
        errno = ENOTSUP;
        return -1;
    }
    return cleanup_take(&fd);
}

/* Opens the directory NAME below PARENT as CGROUP. */
static int open_below(int parent, const char *name, struct cgroup *cgroup)
{
    CLEANUP_CLOSE int above = fcntl(parent, F_DUPFD_CLOEXEC, 0);
    CLEANUP_CLOSE int fd =
        openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (above == -1 || fd == -1)
        return -1;
    strcpy(cgroup->name, name); /* the callers know that it fits */
    cgroup->parent = cleanup_take(&above);
    cgroup->fd = cleanup_take(&fd);
    return 0;
}

/* Writes TEXT to FILE in the directory FD, in one write(2), as the kernel wants it. */
static int write_file(int fd, const char *file, const char *text)
{
    size_t length = strlen(text);
    CLEANUP_CLOSE int to = openat(fd, file, O_WRONLY | O_CLOEXEC);

    if (to == -1)
        return -1;
    return write(to, text, length) == (ssize_t)length ? 0 : -1;
}

/* Makes a cgroup.                                             @lab 6.1 @points 10
 * mkdirat(2), unlinkat(2) with AT_REMOVEDIR; open_below() above.
 */
int cgroup_create(int parent, const char *name, struct cgroup *cgroup)
{
    /* 1. One name, and one that fits. */
    /* 2. The kernel fills the directory with files by itself. */
    /* 3. Hold it, or leave nothing behind. */
    LAB_TODO("6.1", cgroup_create);
    return -1;
}

/* Gives controllers to the children.                          @lab 6.2 @points 15
 * write_file() above, to cgroup.subtree_control: "+memory +pids".
 */
int cgroup_enable(int fd, const char *names)
{
    /* 1. One after the other: of a line with two of them, the kernel takes all or none, and its
     *    error does not say which one it was. */
    /* 2. A name that the kernel does not know at all is EINVAL to it, and one that it
     *    does not have here is ENOENT: to us, both are not there. */
    LAB_TODO("6.2", cgroup_enable);
    return -1;
}

/* Writes a limit.                                             @lab 6.3 @points 5 */
int cgroup_limit(const struct cgroup *cgroup, const char *file, const char *value)
{
    LAB_TODO("6.3", cgroup_limit);
    return -1;
}

ssize_t cgroup_read(const struct cgroup *cgroup, const char *file, char *text,
                    size_t size)
{
    CLEANUP_CLOSE int from = openat(cgroup->fd, file, O_RDONLY | O_CLOEXEC);
    size_t length = 0;

    while (from != -1) {
        ssize_t part = read(from, text + length, size - length);
        if (part == -1)
            return -1;
        if (part == 0) {
            text[length] = '\0';
            return (ssize_t)length;
        }
        length += (size_t)part;
        if (length == size) {
            errno = ENOSPC;
            return -1;
        }
    }
    return -1;
}

/* Reads one number.                                           @lab 6.4 @points 15
 * cgroup_read; strtoll(3).
 */
int cgroup_value(const struct cgroup *cgroup, const char *file, const char *key,
                 long long *value)
{
    /* 1. Find the line whose first word is the key, the whole word: "oom" is not "oom_kill". */
    /* 2. Its number; no limit is written as a word. */
    LAB_TODO("6.4", cgroup_value);
    return -1;
}

/* Moves a process in.                                         @lab 6.5 @points 5
 * Its pid, as text, into cgroup.procs.
 */
int cgroup_enter(const struct cgroup *cgroup, pid_t pid)
{
    LAB_TODO("6.5", cgroup_enter);
    return -1;
}

static long long milliseconds_now(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* this clock is always there */
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* Waits for an event.                                         @lab 6.6 @points 15
 * cgroup_value, poll(2) with POLLPRI on an open cgroup.events, milliseconds_now() above.
 */
int cgroup_wait(const struct cgroup *cgroup, const char *key, long long wanted,
                int milliseconds)
{
    /* 1. Open it before looking: what changes after the look then wakes the poll. */
    /* 2. Reading it takes the note that it has changed. */
    /* 3. Wait, but not for longer than was said. */
    LAB_TODO("6.6", cgroup_wait);
    return -1;
}

/* Stops all processes, or lets them go on.                    @lab 6.7 @points 15
 * cgroup.freeze, cgroup_wait.
 */
int cgroup_freeze(const struct cgroup *cgroup, bool frozen)
{
    LAB_TODO("6.7", cgroup_freeze);
    return -1;
}

int cgroup_kill(const struct cgroup *cgroup)
{
    return write_file(cgroup->fd, "cgroup.kill", "1");
}

/* Removes the cgroups below CGROUP, deepest first. They have no processes any more. */
static int remove_below(const struct cgroup *cgroup)
{
    CLEANUP_CLOSE int fd = openat(cgroup->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = fd == -1 ? NULL : fdopendir(fd);
    struct dirent *entry;
    int result = 0;

    if (!directory)
        return -1;
    (void)cleanup_take(&fd); /* it is the directory's now */
    while (result == 0 && (entry = readdir(directory))) {
        struct cgroup below;
        if (entry->d_type != DT_DIR || entry->d_name[0] == '.' ||
            strlen(entry->d_name) >= sizeof below.name)
            continue;
        result = open_below(cgroup->fd, entry->d_name, &below);
        if (result == 0) {
            result = remove_below(&below);
            if (result == 0)
                result = unlinkat(cgroup->fd, below.name, AT_REMOVEDIR);
            cgroup_close(&below);
        }
    }
    (void)closedir(directory); /* only read */
    return result;
}

/* Removes a cgroup.                                           @lab 6.8 @points 20
 * cgroup_kill, cgroup_wait, remove_below() above, unlinkat(2), cgroup_close.
 */
int cgroup_remove(struct cgroup *cgroup)
{
    /* 1. Nobody may be in it, nor below it. Killing is asked for, not done, when this returns. */
    /* 2. Those below first, then itself. */
    /* 3. The descriptors, in either case, and without another errno. */
    LAB_TODO("6.8", cgroup_remove);
    return -1;
}

void cgroup_close(struct cgroup *cgroup)
{
    cleanup_close(&cgroup->fd);
    cleanup_close(&cgroup->parent);
}

int cgroup_delegate(const struct cgroup *cgroup, uid_t uid, gid_t gid)
{
    static const char *const files[] = {"cgroup.procs", "cgroup.threads",
                                        "cgroup.subtree_control"};

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        if (fchownat(cgroup->fd, files[i], uid, gid, 0) == -1)
            return -1;
    }
    return fchown(cgroup->fd, uid, gid);
}
