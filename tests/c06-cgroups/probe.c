/* probe.c - the player of lesson c06-cgroups: calls the learner's functions, one word each.
 *
 * The judge makes a small tree of cgroups and gives it to the player, which stands still for that
 * first. Then the player mounts a cgroup file system of its own, which shows that tree, and works
 * below its directory `area`. Whether a limit, a process or a cgroup is there is for the judge to
 * see in its own mount. See tests/grader/probe.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "cgroups.h"
#include "probe.h"

#define MOUNT "/tmp/cgroup"

/* Ends the probe when something goes wrong that is no fault of the learner's. */
static void need(bool good, const char *what)
{
    if (!good) {
        perror(what);
        exit(99);
    }
}

/* The cgroup that this process is in: "/boxwork-judge-1/player". */
static void own_path(char *path, size_t size)
{
    FILE *file = fopen("/proc/self/cgroup", "re");
    char line[256];

    need(file != NULL, "/proc/self/cgroup");
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "0::", 3) == 0)
            snprintf(path, size, "%s", line + 3);
    }
    fclose(file);
}

/* Waits for the judge's tree, and opens its directory `area`. */
static int area(void)
{
    char own[256] = "", path[512];

    probe_ready("before");
    own_path(own, sizeof own);
    need(mkdir(MOUNT, 0755) == 0, MOUNT);
    need(mount("cgroup", MOUNT, "cgroup2", 0, NULL) == 0, "mount cgroup2");
    need(strrchr(own, '/') != NULL, "the judge's cgroup");
    *strrchr(own, '/') = '\0';
    snprintf(path, sizeof path, MOUNT "%s/area", own);
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    need(fd != -1, path);
    return fd;
}

/* Makes the cgroup NAME below FD, without the learner's help. */
static struct cgroup made(int fd, const char *name)
{
    struct cgroup cgroup = {.fd = -1, .parent = fcntl(fd, F_DUPFD_CLOEXEC, 0)};

    need(mkdirat(fd, name, 0755) == 0 || errno == EEXIST, name);
    cgroup.fd = openat(fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    need(cgroup.fd != -1 && cgroup.parent != -1, name);
    snprintf(cgroup.name, sizeof cgroup.name, "%s", name);
    return cgroup;
}

static void put(int fd, const char *file, const char *text)
{
    int to = openat(fd, file, O_WRONLY | O_CLOEXEC);

    need(to != -1 && write(to, text, strlen(text)) == (ssize_t)strlen(text), file);
    close(to);
}

/* A child that stands still, or computes, in the cgroup FD. */
static pid_t child_in(int fd, bool busy)
{
    int ends[2];
    char byte;

    need(pipe2(ends, O_CLOEXEC) == 0, "pipe2");
    pid_t child = fork();
    need(child != -1, "fork");
    if (child == 0) {
        put(fd, "cgroup.procs", "0");
        need(write(ends[1], "", 1) == 1, "write");
        for (volatile unsigned long i = 0;; i++)
            if (!busy)
                pause();
    }
    close(ends[1]);
    need(read(ends[0], &byte, 1) == 1, "a child in a cgroup");
    close(ends[0]);
    return child;
}

/* The number of KEY in the file, read without the learner's help; -1 when it is not there. */
static int look(int fd, const char *file, const char *key)
{
    char text[1024] = "", wanted[64];
    int from = openat(fd, file, O_RDONLY | O_CLOEXEC);

    if (from == -1)
        return -1;
    ssize_t length = read(from, text, sizeof text - 1);
    close(from);
    snprintf(wanted, sizeof wanted, "%s ", key);
    char *at = length > 0 ? strstr(text, wanted) : NULL;
    return at ? atoi(at + strlen(wanted)) : -1;
}

/* create NAME: below area, where there is a cgroup `old`. */
static int create(int argc, char **argv)
{
    int fd = area();
    struct cgroup cgroup = {.fd = -1, .parent = -1};

    (void)argc;
    struct cgroup old = made(fd, "old");
    cgroup_close(&old);
    int result = cgroup_create(fd, argv[1], &cgroup);
    int error = errno;
    probe_ready("%d %d %d %d %d", result, error, cgroup.fd, cgroup.parent, fd);
    return 0;
}

/* create-long: a name of one byte more than fits. */
static int create_long(int argc, char **argv)
{
    char name[sizeof(struct cgroup) + 1];
    struct cgroup cgroup = {.fd = -1, .parent = -1};
    int fd = area();

    (void)argc, (void)argv;
    memset(name, 'x', sizeof name);
    name[sizeof cgroup.name] = '\0';
    int result = cgroup_create(fd, name, &cgroup);
    probe_ready("%d %d", result, errno);
    return 0;
}

/* enable NAMES [busy]: to the children of area; or of a cgroup with a process. */
static int enable(int argc, char **argv)
{
    int fd = area();

    if (argc > 2) {
        put(fd, "cgroup.subtree_control", "+memory");
        struct cgroup full = made(fd, "full");
        (void)child_in(full.fd, false);
        fd = full.fd;
    }
    int result = cgroup_enable(fd, argv[1]);
    probe_ready("%d %d", result, errno);
    return 0;
}

/* A cgroup `one` below area, with the controllers given to it. */
static struct cgroup one(const char *controllers)
{
    int fd = area();

    if (*controllers)
        put(fd, "cgroup.subtree_control", controllers);
    struct cgroup cgroup = made(fd, "one");
    close(fd);
    return cgroup;
}

/* limit CONTROLLERS FILE VALUE */
static int limit(int argc, char **argv)
{
    struct cgroup cgroup = one(argv[1]);

    (void)argc;
    int result = cgroup_limit(&cgroup, argv[2], argv[3]);
    probe_ready("%d %d", result, errno);
    return 0;
}

/* value CONTROLLERS FILE KEY|- [SET]: writes SET to the file first, or makes three children. */
static int value(int argc, char **argv)
{
    struct cgroup cgroup = one(argv[1]);
    long long number = -1;

    if (argc > 4)
        put(cgroup.fd, argv[2], argv[4]);
    for (int i = 0; argc == 4 && i < 3; i++) {
        char name[2] = {(char)('a' + i), '\0'};
        struct cgroup child = made(cgroup.fd, name);
        cgroup_close(&child);
    }
    int result =
        cgroup_value(&cgroup, argv[2], strcmp(argv[3], "-") ? argv[3] : NULL, &number);
    probe_ready("%d %d %lld", result, errno, number);
    return 0;
}

/* enter [self|missing|parent]: a child, this process, a process that is no more; or a child into
 * a cgroup that has given controllers to its children. */
static int enter(int argc, char **argv)
{
    const char *who = argc > 1 ? argv[1] : "child";
    struct cgroup cgroup = one("+memory");
    pid_t pid = 0;

    if (strcmp(who, "self") != 0) {
        pid = fork();
        need(pid != -1, "fork");
        if (pid == 0)
            for (;;)
                pause();
    }
    if (strcmp(who, "parent") == 0)
        put(cgroup.fd, "cgroup.subtree_control", "+memory");
    if (strcmp(who, "missing") == 0) {
        need(kill(pid, SIGKILL) == 0 && waitpid(pid, NULL, 0) == pid, "kill");
    }
    int result = cgroup_enter(&cgroup, pid);
    probe_ready("%d %d", result, errno);
    return 0;
}

/* wait VALUE MILLISECONDS: a child is in it, and is waited for in this cgroup's populated. Says
 * what was there when it returned. */
static int wait_for(int argc, char **argv)
{
    struct cgroup cgroup = one("");

    (void)argc;
    (void)child_in(cgroup.fd, false);
    probe_ready("waits");
    int result = cgroup_wait(&cgroup, "populated", atoi(argv[1]), atoi(argv[2]));
    int error = errno;
    probe_ready("%d %d %d", result, error, look(cgroup.fd, "cgroup.events", "populated"));
    return 0;
}

/* freeze 1: eight children compute. freeze 0: they are frozen already, and let go. Says what was
 * there when it returned. */
static int freeze(int argc, char **argv)
{
    struct cgroup cgroup = one("");
    bool frozen = strcmp(argv[1], "1") == 0;

    (void)argc;
    for (int i = 0; i < 8; i++)
        (void)child_in(cgroup.fd, true);
    if (!frozen) {
        put(cgroup.fd, "cgroup.freeze", "1");
        for (int i = 0; i < 200 && look(cgroup.fd, "cgroup.events", "frozen") != 1; i++)
            usleep(20000);
    }
    int result = cgroup_freeze(&cgroup, frozen);
    int error = errno;
    probe_ready("%d %d %d", result, error, look(cgroup.fd, "cgroup.events", "frozen"));
    return 0;
}

/* freeze-gone: the cgroup has been removed by somebody. */
static int freeze_gone(int argc, char **argv)
{
    struct cgroup cgroup = one("");

    (void)argc, (void)argv;
    need(unlinkat(cgroup.parent, cgroup.name, AT_REMOVEDIR) == 0, "unlinkat");
    int result = cgroup_freeze(&cgroup, true);
    probe_ready("%d %d", result, errno);
    return 0;
}

/* remove [below]: a cgroup with two processes; below: in cgroups that stand in it, three deep. A
 * cgroup `other` with a process stands beside it. The judge looks before, too. */
static int remove_it(int argc, char **argv)
{
    struct cgroup cgroup = one("");
    struct cgroup other = made(cgroup.parent, "other");

    (void)child_in(other.fd, false);
    cgroup_close(&other);
    if (argc > 1) {
        struct cgroup left = made(cgroup.fd, "left"), right = made(cgroup.fd, "right");
        struct cgroup deep = made(left.fd, "deep");
        (void)child_in(deep.fd, false);
        (void)child_in(right.fd, false);
        cgroup_close(&deep);
        cgroup_close(&left);
        cgroup_close(&right);
    } else {
        (void)child_in(cgroup.fd, false);
        (void)child_in(cgroup.fd, true);
    }
    (void)argv;
    probe_ready("before");
    int result = cgroup_remove(&cgroup);
    probe_ready("%d %d %d %d", result, errno, cgroup.fd, cgroup.parent);
    return 0;
}

const struct probe_word probe_words[] = {
    {"create", create},
    {"create-long", create_long},
    {"enable", enable},
    {"limit", limit},
    {"value", value},
    {"enter", enter},
    {"wait", wait_for},
    {"freeze", freeze},
    {"freeze-gone", freeze_gone},
    {"remove", remove_it},
    {0},
};
