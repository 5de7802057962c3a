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
    size_t length = 0;

    errno = EINVAL;
    /* 1. The kernel would say EINVAL to all of these, too; but not which, and not here. */
    if (count == 0 || count > USERS_RANGES)
        return -1;
    for (size_t i = 0; i < count; i++) {
        /* 2. A range that is none, or that contains 2^32 - 1 (in 64 bits, or it wraps). */
        if (map[i].count == 0 || (uint64_t)map[i].inside + map[i].count > UINT32_MAX ||
            (uint64_t)map[i].outside + map[i].count > UINT32_MAX)
            return -1;
        /* 3. Two ranges that share a number: who would that be? */
        for (size_t j = 0; j < i; j++) {
            if (overlap(map[i].inside, map[i].count, map[j].inside, map[j].count) ||
                overlap(map[i].outside, map[i].count, map[j].outside, map[j].count))
                return -1;
        }
        /* 4. The line: inside first. */
        int written = snprintf(text + length, size - length,
                               "%" PRIu32 " %" PRIu32 " %" PRIu32 "\n", map[i].inside,
                               map[i].outside, map[i].count);
        if (written < 0 || (size_t)written >= size - length) {
            errno = ENOSPC;
            return -1;
        }
        length += (size_t)written;
    }
    return (int)length;
}

/* Translates a number.                                        @lab 5.2 @points 10 */
int users_outside(const struct users_map *map, size_t count, uint32_t inside,
                  uint32_t *outside)
{
    for (size_t i = 0; i < count; i++) {
        if (inside >= map[i].inside && inside - map[i].inside < map[i].count) {
            *outside = map[i].outside + (inside - map[i].inside);
            return 0;
        }
    }
    errno = ENOENT;
    return -1;
}

/* Finds who else a user may be.                               @lab 5.3 @points 15
 * subuid(5); fopen(3), fgets(3), strncmp(3), sscanf(3) with %n, which says how far it came.
 */
int users_subordinate(const char *file, const char *owner, struct users_map *range)
{
    char line[256];
    size_t length = strlen(owner);
    bool found = false;
    FILE *lines = fopen(file, "re");

    /* 1. Without the file nobody may be anybody else. */
    if (!lines)
        return -1;
    /* 2. Line by line. The owner is the whole of the first field: "al" is not "alice". */
    while (!found && fgets(line, sizeof line, lines)) {
        unsigned long long first, many;
        int end = 0;
        if (strncmp(line, owner, length) != 0 || line[length] != ':')
            continue;
        /* 3. Two numbers of 32 bits, and nothing behind them. */
        found = sscanf(line + length, ":%10llu:%10llu%n", &first, &many, &end) == 2 &&
                many > 0 && first + many <= UINT32_MAX &&
                strchr("\n", line[length + (size_t)end]);
        if (found)
            *range = (struct users_map){1, (uint32_t)first, (uint32_t)many};
    }
    (void)fclose(lines); /* only read */
    if (!found)
        errno = ENOENT;
    return found ? 0 : -1;
}

/* Decides which maps a user can have.                         @lab 5.4 @points 10 */
void users_decide(uid_t uid, gid_t gid, const struct users_map *more_users,
                  const struct users_map *more_groups, struct users_plan *plan)
{
    /* 1. Root inside is the one who starts it: so what it writes on a volume is the user's. */
    *plan = (struct users_plan){
        .users = {{.inside = 0, .outside = uid, .count = 1}},
        .groups = {{.inside = 0, .outside = gid, .count = 1}},
        .user_ranges = 1,
        .group_ranges = 1,
        .helpers = more_users && more_groups,
    };
    /* 2. All others of the image, if both kinds of numbers are there. */
    if (plan->helpers) {
        plan->users[plan->user_ranges++] = *more_users;
        plan->groups[plan->group_ranges++] = *more_groups;
    }
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
    char user_text[USERS_MAP_SIZE], group_text[USERS_MAP_SIZE];

    /* 1. Both as text before either is written: a namespace with half a map is of no use. */
    if (users_format(users, user_ranges, user_text, sizeof user_text) == -1 ||
        users_format(groups, group_ranges, group_text, sizeof group_text) == -1)
        return -1;
    /* 2. With a single group there is nobody else to become. Without a privilege, the map of
     *    groups is refused as long as setgroups is allowed. */
    if (group_ranges == 1 && groups[0].count == 1 &&
        write_proc(pid, "setgroups", "deny") == -1)
        return -1;
    /* 3. The maps. */
    if (write_proc(pid, "gid_map", group_text) == -1)
        return -1;
    return write_proc(pid, "uid_map", user_text);
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
    if (uid == (uid_t)-1 || gid == (gid_t)-1) {
        errno = EINVAL;
        return -1;
    }
    /* 2. The groups, while that is allowed. */
    if (setgroups(count, groups) == -1 && !(count == 0 && setgroups_denied()))
        return -1;
    /* 3. The group, then the user: from then on, nothing of the above is allowed any more. */
    if (setresgid(gid, gid, gid) == -1)
        return -1;
    return setresuid(uid, uid, uid);
}
