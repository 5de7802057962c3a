/* Uses a range for users though there is none for groups, and the other way round.
 *
 * @fails decide.half
 */
#define _GNU_SOURCE
#include "users.h"

void users_decide(uid_t uid, gid_t gid, const struct users_map *more_users,
                  const struct users_map *more_groups, struct users_plan *plan)
{
    /* 1. Root inside is the one who starts it: so what it writes on a volume is the user's. */
    *plan = (struct users_plan){
        .users = {{.inside = 0, .outside = uid, .count = 1}},
        .groups = {{.inside = 0, .outside = gid, .count = 1}},
        .user_ranges = 1,
        .group_ranges = 1,
        .helpers = more_users || more_groups,
    };
    /* 2. All others of the image, if both kinds of numbers are there. */
    if (more_users)
        plan->users[plan->user_ranges++] = *more_users;
    if (more_groups)
        plan->groups[plan->group_ranges++] = *more_groups;
}
