/* ranges.c - ranges of numbers as people type them, and those that this user may have.
 *
 * Read on: subuid(5), newuidmap(1).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "process.h"
#include "ranges.h"

/* The number at *AT, up to the byte END; moves *AT behind that. */
static bool number_at(const char **at, char end, uint32_t *number)
{
    char *behind;

    if (**at < '0' || **at > '9')
        return false;
    errno = 0;
    unsigned long long value = strtoull(*at, &behind, 10);
    if (errno != 0 || value > UINT32_MAX || *behind != end)
        return false;
    *number = (uint32_t)value;
    *at = behind + (end != '\0');
    return true;
}

int ranges_add(struct tutor *tutor, const char *text, struct ranges *ranges)
{
    struct users_map users, groups;
    const char *at = text;

    if (ranges->count == RANGES_MOST) {
        (void)tutor_error(tutor, "%s: %d ranges are enough here", text, RANGES_MOST);
        return RANGES_USAGE;
    }
    bool good = number_at(&at, ':', &users.inside);
    if (good && strncmp(at, "me:", 3) == 0) {
        users.outside = geteuid();
        groups.outside = getegid();
        at += 3;
    } else {
        good = good && number_at(&at, ':', &users.outside);
        groups.outside = users.outside;
    }
    if (!good || !number_at(&at, '\0', &users.count)) {
        (void)tutor_error(
            tutor, "%s: is no range: INSIDE:OUTSIDE:COUNT, as 0:100000:65536", text);
        return RANGES_USAGE;
    }
    groups.inside = users.inside;
    groups.count = users.count;
    ranges->users[ranges->count] = users;
    ranges->groups[ranges->count++] = groups;
    return 0;
}

/* The first range of FILE that is ours, by number or by name. */
static bool range_of(const char *file, struct users_map *range)
{
    char number[16];
    struct passwd *me = getpwuid(getuid());

    (void)snprintf(number, sizeof number, "%u", getuid());
    return users_subordinate(file, number, range) == 0 ||
           (me && users_subordinate(file, me->pw_name, range) == 0);
}

bool ranges_plan(struct users_plan *plan, char *why, size_t size)
{
    static const char *const helpers[] = {"newuidmap", "newgidmap"};
    struct users_map users, groups;
    char path[PATH_MAX];

    bool more_users = range_of("/etc/subuid", &users);
    bool more_groups = range_of("/etc/subgid", &groups);
    users_decide(geteuid(), getegid(), more_users ? &users : NULL,
                 more_groups ? &groups : NULL, plan);
    if (!more_users || !more_groups) {
        (void)snprintf(why, size, "%s has no line for you: usermod(8), --add-sub%s",
                       more_users ? "/etc/subgid" : "/etc/subuid",
                       more_users ? "gids" : "uids");
        return false;
    }
    for (int i = 0; i < 2; i++) {
        if (process_find(helpers[i], environ, path, sizeof path) == -1) {
            (void)snprintf(why, size, "%s is not there: it is in the package uidmap",
                           helpers[i]);
            return false;
        }
    }
    return true;
}

void ranges_print(uint32_t first, uint32_t count, int width)
{
    char text[40];

    if (count == 1)
        (void)snprintf(text, sizeof text, "%" PRIu32, first);
    else
        (void)snprintf(text, sizeof text, "%" PRIu32 " .. %" PRIu64, first,
                       (uint64_t)first + count - 1);
    printf("%-*s", width, text);
}
