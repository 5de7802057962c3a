/* Takes it for a name when it begins with one: "net_admin,sys_admin" is the first, and nobody
 * hears of the other.
 *
 * @fails parse.unknown
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <strings.h>
#include "capabilities.h"

int capabilities_parse(const char *name, capabilities_set *set)
{
    char full[32];
    cap_value_t number;
    bool prefix = strncasecmp(name, "cap_", 4) == 0;

    /* 1. All of them. */
    if (strcasecmp(name, "all") == 0) {
        *set |= capabilities_all();
        return 0;
    }
    /* 2. People leave "cap_" out. A name that is cut off by the buffer could be a valid one. */
    int length = snprintf(full, sizeof full, "%s%s", prefix ? "" : "cap_", name);
    if (length < 0 || (size_t)length >= sizeof full ||
        cap_from_name(full, &number) == -1) {
        errno = EINVAL;
        return -1;
    }
    *set |= CAPABILITY(number);
    return 0;
}
