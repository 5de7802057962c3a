/* Takes the number behind a range for its last.
 *
 * @fails outside.second outside.missing
 */
#define _GNU_SOURCE
#include <errno.h>
#include "users.h"

int users_outside(const struct users_map *map, size_t count, uint32_t inside,
                  uint32_t *outside)
{
    for (size_t i = 0; i < count; i++) {
        if (inside >= map[i].inside && inside - map[i].inside <= map[i].count) {
            *outside = map[i].outside + (inside - map[i].inside);
            return 0;
        }
    }
    errno = ENOENT;
    return -1;
}
