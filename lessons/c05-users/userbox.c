/* userbox.c - a box with users of its own: what --user and its kin add to `spawn` and `in`.
 *
 * namespaces_clone makes the user namespace with the others, and its child waits. The session
 * writes the maps, from outside; then the child becomes the first user that it has, usually
 * root. This is what c04 did in three lines that it did not explain; here it is done by the
 * functions of this lesson's module.
 *
 * Read on: start.h; users.h; user_namespaces(7).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>
#include "../c04-namespaces/start.h"
#include "ranges.h"

/* What the options of this `spawn` said. */
struct user_wish {
    bool unmapped, by_helpers;
    struct ranges ranges; /* none: oneself as root */
};

static struct user_wish *wish_of(struct tutor *tutor)
{
    struct user_wish *wish =
        tutor_state(tutor, "c05 user wish", sizeof(struct user_wish), NULL);

    if (!wish) {
        perror("the users of a box");
        abort();
    }
    return wish;
}

static void begin(struct tutor *tutor)
{
    *wish_of(tutor) = (struct user_wish){0};
}

static int option(struct tutor *tutor, char **argv, struct start_wish *box)
{
    struct user_wish *wish = wish_of(tutor);
    int words = 1;

    if (strcmp(argv[0], "--unmapped") == 0) {
        wish->unmapped = true;
    } else if (strcmp(argv[0], "--ranges") == 0) {
        wish->by_helpers = true;
    } else if (strcmp(argv[0], "--map") == 0 && argv[1]) {
        if (ranges_add(tutor, argv[1], &wish->ranges) != 0)
            return -1;
        words = 2;
    } else if (strcmp(argv[0], "--user") != 0) {
        return 0;
    }
    if (wish->unmapped + wish->by_helpers + (wish->ranges.count > 0) > 1) {
        (void)tutor_error(tutor, "%s: of --map, --ranges and --unmapped, one is enough",
                          argv[0]);
        return -1;
    }
    box->flags |= CLONE_NEWUSER;
    return words;
}

/* Says which function failed, and what that mostly means. */
static int refused(struct tutor *tutor, const char *function)
{
    if (errno == EPERM && geteuid() != 0)
        return tutor_error(tutor, "%s: %s: without root, only --user", function,
                           strerror(errno));
    return tutor_error(tutor, "%s: %s (errno %d)", function, strerror(errno), errno);
}

/* In the session: the maps. */
static int outside(struct tutor *tutor, const struct start_wish *box, pid_t pid)
{
    const struct user_wish *wish = wish_of(tutor);
    const struct ranges *ranges = &wish->ranges;
    struct users_plan plan;
    char why[128];

    if (!(box->flags & CLONE_NEWUSER) || wish->unmapped)
        return 0;
    if (ranges->count > 0) {
        if (users_write_map(pid, ranges->users, ranges->count, ranges->groups,
                            ranges->count) == -1)
            return refused(tutor, "users_write_map");
        return 0;
    }
    if (wish->by_helpers) {
        if (!ranges_plan(&plan, why, sizeof why))
            return tutor_error(tutor, "--ranges: %s", why);
        if (users_write_map_with_helpers(pid, plan.users, plan.user_ranges, plan.groups,
                                         plan.group_ranges) == -1)
            return refused(tutor, "users_write_map_with_helpers");
        return 0;
    }
    users_decide(geteuid(), getegid(), NULL, NULL, &plan);
    if (users_write_map(pid, plan.users, plan.user_ranges, plan.groups,
                        plan.group_ranges) == -1)
        return refused(tutor, "users_write_map");
    return 0;
}

/* The first number inside that the map FILE of this process has. */
static bool first_of(const char *file, uint32_t *first)
{
    FILE *map = fopen(file, "re");
    bool found = map && fscanf(map, "%u", first) == 1;

    if (map)
        (void)fclose(map); /* only read */
    return found;
}

/* Becomes the first user that there is inside: in an unmapped box, nobody. */
static const char *become_first(void)
{
    uint32_t user, group;

    if (!first_of("/proc/self/uid_map", &user) || !first_of("/proc/self/gid_map", &group))
        return NULL;
    if (users_become(user, group, NULL, 0) == -1)
        return "users_become";
    /* Whoever changes users may not be looked into any more, not even by itself in /proc; and
     * namespaces_time writes there. Nothing is secret in this process. */
    return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == -1 ? "prctl(PR_SET_DUMPABLE)" : NULL;
}

/* In the child. A user namespace that c04 made has its maps not yet, and is its own business. */
static const char *first(struct tutor *tutor, const struct start_wish *box)
{
    (void)tutor;
    return (box->flags & CLONE_NEWUSER) ? become_first() : NULL;
}

static const char *joined(struct tutor *tutor, unsigned flags)
{
    (void)tutor;
    return (flags & CLONE_NEWUSER) ? become_first() : NULL;
}

START_EXTRA(users) = {
    .begin = begin,
    .option = option,
    .outside = outside,
    .first = first,
    .joined = joined,
};
