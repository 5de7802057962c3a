/* ranges.h - ranges of numbers as people type them, and those that this user may have. */
#ifndef RANGES_H
#define RANGES_H

#include <stdbool.h>
#include "tutor.h"
#include "users.h"

enum { RANGES_MOST = 16, RANGES_USAGE = 2 };

/* Users and groups of a box, as somebody asked for them. */
struct ranges {
    struct users_map users[RANGES_MOST], groups[RANGES_MOST];
    size_t count;
};

/* Adds "INSIDE:OUTSIDE:COUNT" to RANGES; "me" for OUTSIDE is the user, and the group, that runs
 * this. The numbers are those of 32 bits, right or wrong. Returns 0, or 2 after having said what
 * is wrong. */
int ranges_add(struct tutor *tutor, const char *text, struct ranges *ranges);

/* Decides with users_subordinate and users_decide what the user can have, in PLAN. Returns
 * whether there are ranges and helpers; if not, WHY (of SIZE) says what is missing. */
bool ranges_plan(struct users_plan *plan, char *why, size_t size);

/* Prints "0 .. 65535" or "0". */
void ranges_print(uint32_t first, uint32_t count, int width);

#endif
