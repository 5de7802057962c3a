/* Does not look at what the work returns: one that fails at once is quick, and is asked again.
 *
 * @fails calibrate.error
 */
#define _GNU_SOURCE
#include "measure.h"

size_t measure_calibrate(measure_work *work, void *context, uint64_t target, size_t most)
{
    /* 1. One, two, four, ... and MOST instead of what would be more. */
    for (size_t count = 1;; count = count > most / 2 ? most : count * 2) {
        uint64_t start = measure_now();
        (void)work(context, count);
        /* 2. Enough, when it has lasted for TARGET, or there may be no more. */
        if (measure_now() - start >= target || count == most)
            return count;
    }
}
