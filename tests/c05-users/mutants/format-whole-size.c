/* Gives the size of the whole buffer to every snprintf(3): a later line is written behind its
 * end.
 *
 * @fails format.space
 */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include "users.h"

static bool overlap(uint32_t a, uint32_t count, uint32_t b, uint32_t other)
{
    return (uint64_t)a < (uint64_t)b + other && (uint64_t)b < (uint64_t)a + count;
}

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
        int written =
            snprintf(text + length, size, "%" PRIu32 " %" PRIu32 " %" PRIu32 "\n",
                     map[i].inside, map[i].outside, map[i].count);
        if (written < 0 || (size_t)written >= size) {
            errno = ENOSPC;
            return -1;
        }
        length += (size_t)written;
    }
    return (int)length;
}
