/* Takes whole places for the quartiles, one too far.
 *
 * @fails summary.quartiles
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
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
    /* 1. No values have no middle. */
    if (count == 0) {
        errno = EINVAL;
        return -1;
    }
    /* 2. In order; a copy, because the caller's order is the order in time. */
    double *sorted = malloc(count * sizeof *sorted);
    if (sorted == NULL)
        return -1;
    memcpy(sorted, values, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare_numbers);
    /* 3. The middle, the quarters, the ends. */
    *summary = (struct measure_summary){
        .count = count,
        .median = value_at(sorted, count, 0.5),
        .low = sorted[count / 4],
        .high = sorted[count * 3 / 4],
        .least = sorted[0],
        .greatest = sorted[count - 1],
    };
    free(sorted);
    return 0;
}
