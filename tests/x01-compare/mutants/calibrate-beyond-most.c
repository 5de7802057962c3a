/* Doubles without a look at MOST, and so goes beyond it when it is no power of two.
 *
 * @fails calibrate.most
 */
#define _GNU_SOURCE
#include "measure.h"

size_t measure_calibrate(measure_work *work, void *context, uint64_t target, size_t most)
{
    /* 1. One, two, four, ... */
    for (size_t count = 1;; count *= 2) {
        uint64_t start = measure_now();
        if (work(context, count) == -1)
            return 0;
        /* 2. Enough, when it has lasted for TARGET, or there may be no more. */
        if (measure_now() - start >= target || count >= most)
            return count;
    }
}
