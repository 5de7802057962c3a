/* users.c - who a process is, inside and outside.
 *
 * A map is a few lines of text, written once to /proc/PID/uid_map and gid_map from outside.
 * What makes it difficult is who may write what, and in which order; the header lists the rules.
 * Everybody may map oneself; more takes a privilege, or a setuid helper that has it.
 *
 * Read on: user_namespaces(7), newuidmap(1), subuid(5), setgroups(2), setresuid(2).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "cleanup.h"
#include "lab.h"
#include "process.h"
#include "users.h"

/* Whether [A, A + COUNT) and [B, B + OTHER) share a number. */
static bool overlap(uint32_t a, uint32_t count, uint32_t b, uint32_t other)
{
    return (uint64_t)a < (uint64_t)b + other && (uint64_t)b < (uint64_t)a + count;
}

/* Writes a map as text.                                       @lab 5.1 @points 20
 * overlap() above, UINT32_MAX, snprintf(3), USERS_RANGES.
 */
int users_format(const struct users_map *map, size_t count, char *text, size_t size)
{
    /* 1. The kernel would say EINVAL to all of these, too; but not which, and not here. */
    /* 2. A range that is none, or that contains 2^32 - 1 (in 64 bits, or it wraps). */
    /* 3. Two ranges that share a number: who would that be? */
    /* 4. The line: inside first. */
    LAB_TODO("5.1", users_format);
    return -1;
}

/* Translates a number.                                        @lab 5.2 @points 10 */
int users_outside(const struct users_map *map, size_t count, uint32_t inside,
                  uint32_t *outside)
{
    LAB_TODO("5.2", users_outside);
    return -1;
}

/* Finds who else a user may be.                               @lab 5.3 @points 15
 * subuid(5); fopen(3), fgets(3), strncmp(3), sscanf(3) with %n, which says how far it came.
 */
int users_subordinate(const char *file, const char *owner, struct users_map *range)
{
    /* 1. Without the file nobody may be anybody else. */
    /* 2. Line by line. The owner is the whole of the first field: "al" is not "alice". */
    /* 3. Two numbers of 32 bits, and nothing behind them. */
    LAB_TODO("5.3", users_subordinate);
    return -1;
}

/* Decides which maps a user can have.                         @lab 5.4 @points 10 */
void users_decide(uid_t uid, gid_t gid, const struct users_map *more_users,
                  const struct users_map *more_groups, struct users_plan *plan)
{
    /* 1. Root inside is the one who starts it: so what it writes on a volume is the user's. */
    /* 2. All others of the image, if both kinds of numbers are there. */
    LAB_TODO("5.4", users_decide);
}

/* Writes TEXT to the file NAME of PID, with a single write(2): the kernel takes no second. */
static int write_proc(pid_t pid, const char *name, const char *text)
{
    char path[64];
    size_t length = strlen(text);

    (void)snprintf(path, sizeof path, "/proc/%d/%s", pid, name); /* always fits */
    CLEANUP_CLOSE int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file == -1)
        return -1;
    return write(file, text, length) == (ssize_t)length ? 0 : -1;
}

/* Writes the maps of a user namespace.                        @lab 5.5 @points 25
 * users_format, write_proc() above; the files are "setgroups", "uid_map", "gid_map".
 */
int users_write_map(pid_t pid, const struct users_map *users, size_t user_ranges,
                    const struct users_map *groups, size_t group_ranges)
{
    /* 1. Both as text before either is written: a namespace with half a map is of no use. */
    /* 2. With a single group there is nobody else to become. Without a privilege, the map of
     *    groups is refused as long as setgroups is allowed. */
    /* 3. The maps. */
    LAB_TODO("5.5", users_write_map);
    return -1;
}

/* Runs newuidmap or newgidmap: NAME PID INSIDE OUTSIDE COUNT, three numbers for each range. */
static int run_helper(const char *name, pid_t pid, const struct users_map *map,
                      size_t count)
{
    char path[256], numbers[3 * 8 + 1][12], *argv[3 * 8 + 3] = {(char *)name, numbers[0]};
    struct process helper;
    struct process_end end;
    size_t n = 0;

    if (count > 8) {
        errno = E2BIG;
        return -1;
    }
    (void)snprintf(numbers[n++], sizeof *numbers, "%d", pid); /* ten digits at the most */
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(numbers[n++], sizeof *numbers, "%" PRIu32, map[i].inside);
        (void)snprintf(numbers[n++], sizeof *numbers, "%" PRIu32, map[i].outside);
        (void)snprintf(numbers[n++], sizeof *numbers, "%" PRIu32, map[i].count);
    }
    for (size_t i = 0; i < n; i++)
        argv[i + 1] = numbers[i];
    if (process_find(name, environ, path, sizeof path) == -1 ||
        process_spawn(path, argv, environ, &helper) == -1 ||
        process_wait(&helper, &end) == -1)
        return -1;
    if (process_exit_status(&end) != 0) {
        errno = EPERM;
        return -1;
    }
    return 0;
}

int users_write_map_with_helpers(pid_t pid, const struct users_map *users,
                                 size_t user_ranges, const struct users_map *groups,
                                 size_t group_ranges)
{
    if (run_helper("newgidmap", pid, groups, group_ranges) == -1)
        return -1;
    return run_helper("newuidmap", pid, users, user_ranges);
}

/* Whether this user namespace has given setgroups(2) up. */
static bool setgroups_denied(void)
{
    char answer[8] = "";
    CLEANUP_CLOSE int file = open("/proc/self/setgroups", O_RDONLY | O_CLOEXEC);

    return file != -1 && read(file, answer, 4) == 4 && strcmp(answer, "deny") == 0;
}

/* Becomes another user, for good.                             @lab 5.6 @points 20
 * setgroups(2), setresgid(2), setresuid(2), setgroups_denied() above.
 */
int users_become(uid_t uid, gid_t gid, const gid_t *groups, size_t count)
{
    /* 1. -1 means "as it is" to the calls below. */
    /* 2. The groups, while that is allowed. */
    /* 3. The group, then the user: from then on, nothing of the above is allowed any more. */
    LAB_TODO("5.6", users_become);
    return -1;
}
