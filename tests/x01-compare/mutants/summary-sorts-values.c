/* Sorts the numbers where they are: the caller's order in time is lost.
 *
 * @fails summary.order
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include "measure.h"

static int compare_numbers(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* The value that stands PART (0 to 1) of the way from the first to the last, in order. */
static double value_at(const double *sorted, size_t count, double part)
{
    double place = part * (double)(count - 1);
    size_t below = (size_t)place;
    if (below + 1 >= count)
        return sorted[count - 1];
    return sorted[below] + (place - (double)below) * (sorted[below + 1] - sorted[below]);
}

int measure_summary(const double *values, size_t count, struct measure_summary *summary)
{
    double *sorted = (double *)values;
    /* 1. No values have no middle. */
    if (count == 0) {
        errno = EINVAL;
        return -1;
    }
    /* 2. In order. */
    qsort(sorted, count, sizeof *sorted, compare_numbers);
    /* 3. The middle, the quarters, the ends. */
    *summary = (struct measure_summary){
        .count = count,
        .median = value_at(sorted, count, 0.5),
        .low = value_at(sorted, count, 0.25),
        .high = value_at(sorted, count, 0.75),
        .least = sorted[0],
        .greatest = sorted[count - 1],
    };
    return 0;
}
