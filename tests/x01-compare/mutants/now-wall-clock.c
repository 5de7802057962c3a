/* Asks the clock on the wall, which is set by people and by the network.
 *
 * @fails now.clock now.namespace
 */
#define _GNU_SOURCE
#include <time.h>
#include "measure.h"

uint64_t measure_now(void)
{
    struct timespec time;
    /* 1. Ask the clock; it cannot fail. */
    (void)clock_gettime(CLOCK_REALTIME, &time);
    /* 2. Seconds and nanoseconds, as one number of 64 bits. */
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}
