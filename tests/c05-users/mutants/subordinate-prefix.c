/* Compares as many bytes as the owner has, and looks for the colon anywhere: "al" gets the
 * numbers of "alice".
 *
 * @fails subordinate.whole
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "users.h"

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
        const char *colon = strchr(line, ':');
        if (strncmp(line, owner, length) != 0 || !colon)
            continue;
        /* 3. Two numbers of 32 bits, and nothing behind them. */
        found = sscanf(colon, ":%10llu:%10llu%n", &first, &many, &end) == 2 && many > 0 &&
                first + many <= UINT32_MAX && strchr("\n", colon[end]);
        if (found)
            *range = (struct users_map){1, (uint32_t)first, (uint32_t)many};
    }
    (void)fclose(lines); /* only read */
    if (!found)
        errno = ENOENT;
    return found ? 0 : -1;
}
