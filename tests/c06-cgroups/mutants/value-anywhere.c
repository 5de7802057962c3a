/* Looks for the key anywhere in the text: "oom" is found in "oom_kill". And an int is enough.
 *
 * @fails value.number value.max value.part
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "cgroups.h"

int cgroup_value(const struct cgroup *cgroup, const char *file, const char *key,
                 long long *value)
{
    char text[4096], *at = text;

    if (cgroup_read(cgroup, file, text, sizeof text) == -1)
        return -1;
    if (key && !(at = strstr(text, key))) {
        errno = ENODATA;
        return -1;
    }
    if (key)
        at += strcspn(at, " ");
    *value = (int)strtol(at, NULL, 10);
    return 0;
}
