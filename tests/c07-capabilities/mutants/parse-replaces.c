/* Puts the capability in the place of those that are there already.
 *
 * @fails parse.adds
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <strings.h>
#include "capabilities.h"

/* Whether NAME is the whole name of a capability. */
static bool is_name_of(cap_value_t number, const char *name)
{
    char *whole = cap_to_name(number);
    bool same = whole && strcasecmp(whole, name) == 0;

    (void)cap_free(whole);
    return same;
}

int capabilities_parse(const char *name, capabilities_set *set)
{
    char full[32];
    cap_value_t number;
    bool prefix = strncasecmp(name, "cap_", 4) == 0;

    /* 1. All of them. */
    if (strcasecmp(name, "all") == 0) {
        *set = capabilities_all();
        return 0;
    }
    /* 2. People leave "cap_" out. A name that is cut off by the buffer could be a valid one. */
    int length = snprintf(full, sizeof full, "%s%s", prefix ? "" : "cap_", name);
    if (length < 0 || (size_t)length >= sizeof full ||
        cap_from_name(full, &number) == -1 || !is_name_of(number, full)) {
        errno = EINVAL;
        return -1;
    }
    *set = CAPABILITY(number);
    return 0;
}
