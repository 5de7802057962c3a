/* Looks at the count only, so every work is done MOST times, however long that takes.
 *
 * @fails calibrate.target calibrate.first
 */
#define _GNU_SOURCE
#include "measure.h"

size_t measure_calibrate(measure_work *work, void *context, uint64_t target, size_t most)
{
    (void)target;
    /* 1. One, two, four, ... and MOST instead of what would be more. */
    for (size_t count = 1;; count = count > most / 2 ? most : count * 2) {
        if (work(context, count) == -1)
            return 0;
        /* 2. Enough, when there may be no more. */
        if (count == most)
            return count;
    }
}
