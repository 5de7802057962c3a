/* probe.c - the player of lesson c05-users: calls the learner's functions, one word each.
 *
 * A word that changes somebody, this process or a child in a user namespace of its own, ends
 * standing still, so that the judge can look at /proc. The others say what came back. Ranges
 * are words, "INSIDE:OUTSIDE:COUNT", more of them with a comma between; none is "-". See
 * tests/grader/probe.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "probe.h"
#include "users.h"

enum { MOST = 16, MARK = 0x55 };

/* Ends the probe when something goes wrong that is no fault of the learner's. */
static void need(bool good, const char *what)
{
    if (!good) {
        perror(what);
        exit(99);
    }
}

/* Gives up capabilities, so that root meets the refusals that others meet. */
static void drop(unsigned capabilities)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2];

    need(syscall(SYS_capget, &header, data) == 0, "capget");
    data[0].effective &= ~capabilities;
    data[0].permitted &= ~capabilities;
    need(syscall(SYS_capset, &header, data) == 0, "capset");
}

static size_t ranges_of(const char *text, struct users_map *map)
{
    size_t count = 0;

    for (; *text && *text != '-' && count < MOST; count++) {
        int end = 0;
        need(sscanf(text, "%" SCNu32 ":%" SCNu32 ":%" SCNu32 "%n", &map[count].inside,
                    &map[count].outside, &map[count].count, &end) == 3,
             "a range");
        text += end + (text[end] == ',');
    }
    return count;
}

static void write_text(const char *path, const char *text)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    need(file != -1 && write(file, text, strlen(text)) == (ssize_t)strlen(text), path);
    need(close(file) == 0, path);
}

/* Starts a child in a user namespace of its own; it stands still. */
static pid_t bystander(void)
{
    struct clone_args how = {.flags = CLONE_NEWUSER, .exit_signal = SIGCHLD};
    pid_t pid = (pid_t)syscall(SYS_clone3, &how, sizeof how);

    need(pid != -1, "clone3");
    if (pid == 0)
        for (;;)
            pause();
    return pid;
}

/* --- text and numbers ------------------------------------------------------------- */

/* Says RESULT ERRNO OVERRUN TEXT, a ";" for each new line. */
static void say_text(int result, int error, char *text, size_t size)
{
    bool overrun = false;

    for (size_t i = size; i < USERS_MAP_SIZE; i++)
        overrun |= text[i] != MARK;
    text[USERS_MAP_SIZE - 1] = '\0';
    if (result < 0)
        text[0] = '\0';
    for (char *at = text; (at = strchr(at, '\n'));)
        *at = ';';
    probe_ready("%d %d %d %.3500s", result, error, overrun, text);
}

/* format SIZE RANGES */
static int format(int argc, char **argv)
{
    char text[USERS_MAP_SIZE];
    struct users_map map[MOST] = {0};
    size_t size = (size_t)atol(argv[1]), count = ranges_of(argv[2], map);

    (void)argc;
    memset(text, MARK, sizeof text);
    int result = users_format(map, count, text, size);
    say_text(result, errno, text, size);
    return 0;
}

/* format-many COUNT: that many ranges of one number. */
static int format_many(int argc, char **argv)
{
    static struct users_map map[2 * USERS_RANGES];
    char text[2 * USERS_MAP_SIZE];
    size_t count = (size_t)atol(argv[1]);

    (void)argc;
    need(count <= sizeof map / sizeof *map, "ranges");
    for (size_t i = 0; i < count; i++)
        map[i] = (struct users_map){(uint32_t)i, (uint32_t)i, 1};
    int result = users_format(map, count, text, sizeof text);
    probe_ready("%d %d", result, errno);
    return 0;
}

/* format-kernel RANGES: the text goes into the uid_map of a child. */
static int format_kernel(int argc, char **argv)
{
    char text[USERS_MAP_SIZE] = "", path[64];
    struct users_map map[MOST] = {0};
    size_t count = ranges_of(argv[1], map);
    pid_t child = bystander();

    (void)argc;
    int result = users_format(map, count, text, sizeof text), error = errno;
    snprintf(path, sizeof path, "/proc/%d/uid_map", child);
    int file = open(path, O_WRONLY | O_CLOEXEC);
    need(file != -1, path);
    size_t length =
        result > 0 && (size_t)result < sizeof text ? (size_t)result : strlen(text);
    if (result != -1 && write(file, text, length) == -1) /* the judge sees it there */
        error = errno;
    close(file);
    probe_ready("%d %d", result, error);
    return 0;
}

/* outside NUMBER RANGES */
static int outside(int argc, char **argv)
{
    struct users_map map[MOST] = {0};
    size_t count = ranges_of(argv[2], map);
    uint32_t number = 0;

    (void)argc;
    int result = users_outside(map, count, (uint32_t)strtoul(argv[1], NULL, 10), &number);
    int error = errno;
    probe_ready("%d %d %" PRIu32, result, result == -1 ? error : 0,
                result == -1 ? 0 : number);
    return 0;
}

/* subordinate OWNER [TEXT]: TEXT is the file; without it there is none. */
static int subordinate(int argc, char **argv)
{
    struct users_map range = {0};

    if (argc > 2)
        write_text("/tmp/subuid", argv[2]);
    int result = users_subordinate("/tmp/subuid", argv[1], &range);
    int error = errno;
    if (result == -1)
        range = (struct users_map){0};
    probe_ready("%d %d %" PRIu32 ":%" PRIu32 ":%" PRIu32, result,
                result == -1 ? error : 0, range.inside, range.outside, range.count);
    return 0;
}

static void add_ranges(char *text, size_t size, const struct users_map *map, size_t count)
{
    for (size_t i = 0; i < count && i < 2; i++) {
        size_t used = strlen(text);
        snprintf(text + used, size - used, "%s%" PRIu32 ":%" PRIu32 ":%" PRIu32,
                 i ? "," : " ", map[i].inside, map[i].outside, map[i].count);
    }
}

/* decide UID GID RANGES RANGES */
static int decide(int argc, char **argv)
{
    struct users_map users[MOST], groups[MOST];
    bool have_users = ranges_of(argv[3], users) > 0;
    bool have_groups = ranges_of(argv[4], groups) > 0;
    struct users_plan plan;
    char text[256] = "";

    (void)argc;
    memset(&plan, MARK, sizeof plan);
    users_decide((uid_t)atol(argv[1]), (gid_t)atol(argv[2]), have_users ? users : NULL,
                 have_groups ? groups : NULL, &plan);
    snprintf(text, sizeof text, "%s",
             *(unsigned char *)&plan.helpers == 0   ? "you"
             : *(unsigned char *)&plan.helpers == 1 ? "helpers"
                                                    : "not set");
    add_ranges(text, sizeof text, plan.users, plan.user_ranges);
    add_ranges(text, sizeof text, plan.groups, plan.group_ranges);
    probe_ready("%s", text);
    return 0;
}

/* --- maps ------------------------------------------------------------------------- */

/* write HOW USERS GROUPS: for a child. HOW: "as-root"; "unprivileged", without the capabilities;
 * "twice". */
static int write_map(int argc, char **argv)
{
    struct users_map users[MOST] = {0}, groups[MOST] = {0};
    size_t user_ranges = ranges_of(argv[2], users);
    size_t group_ranges = ranges_of(argv[3], groups);
    pid_t child = bystander();

    (void)argc;
    if (strcmp(argv[1], "unprivileged") == 0)
        drop(1U << CAP_SETUID | 1U << CAP_SETGID);
    int result = users_write_map(child, users, user_ranges, groups, group_ranges);
    if (result == 0 && strcmp(argv[1], "twice") == 0)
        result = users_write_map(child, users, user_ranges, groups, group_ranges);
    probe_ready("%d %d", result, errno);
    return 0;
}

/* write-gone: for a process that there is not: PID_MAX_LIMIT is 2^22. */
static int write_gone(int argc, char **argv)
{
    const struct users_map one = {0, 0, 1};

    (void)argc, (void)argv;
    int result = users_write_map(4194305, &one, 1, &one, 1);
    probe_ready("%d %d", result, errno);
    return 0;
}

/* --- becoming somebody ------------------------------------------------------------ */

/* become UID GID [GROUP…]: is in two groups before. */
static int become(int argc, char **argv)
{
    gid_t groups[MOST];
    size_t count = 0;

    need(setgroups(2, (gid_t[]){1001, 1002}) == 0, "setgroups");
    for (int i = 3; i < argc; i++)
        groups[count++] = (gid_t)strtoul(argv[i], NULL, 10);
    int result =
        users_become((uid_t)strtoul(argv[1], NULL, 10), (gid_t)strtoul(argv[2], NULL, 10),
                     count ? groups : NULL, count);
    probe_ready("%d %d", result, errno);
    return 0;
}

/* become-refused: may not leave its groups; everything else would be allowed. */
static int become_refused(int argc, char **argv)
{
    (void)argc, (void)argv;
    need(setgroups(2, (gid_t[]){1001, 1002}) == 0, "setgroups");
    drop(1U << CAP_SETGID);
    int result = users_become(getuid(), getgid(), NULL, 0);
    probe_ready("%d %d", result, errno);
    return 0;
}

/* become-denied [GROUP]: in a user namespace of one number, where setgroups is denied. */
static int become_denied(int argc, char **argv)
{
    gid_t group = argc > 1 ? (gid_t)strtoul(argv[1], NULL, 10) : 0;

    need(unshare(CLONE_NEWUSER) == 0, "unshare");
    write_text("/proc/self/setgroups", "deny");
    write_text("/proc/self/uid_map", "0 0 1");
    write_text("/proc/self/gid_map", "0 0 1");
    int result = users_become(0, 0, argc > 1 ? &group : NULL, argc > 1);
    probe_ready("%d %d", result, errno);
    return 0;
}

const struct probe_word probe_words[] = {
    {"format", format},
    {"format-many", format_many},
    {"format-kernel", format_kernel},
    {"outside", outside},
    {"subordinate", subordinate},
    {"decide", decide},
    {"write", write_map},
    {"write-gone", write_gone},
    {"become", become},
    {"become-refused", become_refused},
    {"become-denied", become_denied},
    {0},
};
