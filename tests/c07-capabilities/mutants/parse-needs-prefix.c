/* Hands the name on as it is: people leave "cap_" out.
 *
 * @fails parse.name
 */
#define _GNU_SOURCE
#include <errno.h>
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
    cap_value_t number;

    /* 1. All of them. */
    if (strcasecmp(name, "all") == 0) {
        *set |= capabilities_all();
        return 0;
    }
    if (strncasecmp(name, "cap_", 4) != 0 || cap_from_name(name, &number) == -1 ||
        !is_name_of(number, name)) {
        errno = EINVAL;
        return -1;
    }
    *set |= CAPABILITY(number);
    return 0;
}
