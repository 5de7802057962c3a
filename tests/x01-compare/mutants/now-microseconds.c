/* Counts microseconds, as with gettimeofday(2), and makes nanoseconds of them.
 *
 * @fails now.fine
 */
#define _GNU_SOURCE
#include <time.h>
#include "measure.h"

uint64_t measure_now(void)
{
    struct timespec time;
    /* 1. Ask the clock that only goes forward; it cannot fail. */
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    /* 2. Seconds and microseconds, as one number of 64 bits. */
    uint64_t microseconds =
        (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
    return microseconds * 1000;
}
