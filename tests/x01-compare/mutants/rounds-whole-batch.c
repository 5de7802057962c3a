/* Puts down the time of a whole batch, as if it were that of one.
 *
 * @fails rounds.batch
 */
#define _GNU_SOURCE
#include "measure.h"

int measure_rounds(const struct measure_subject *subjects, size_t count, size_t warmups,
                   size_t rounds)
{
    /* 1. The rounds that count, and the warm-ups before them. */
    for (size_t round = 0; round < warmups + rounds; round++) {
        /* 2. In each, every subject once. */
        for (size_t i = 0; i < count; i++) {
            const struct measure_subject *subject = &subjects[i];
            uint64_t start = measure_now();
            if (subject->work(subject->context, subject->batch) == -1)
                return -1;
            /* 3. What a warm-up took is forgotten. */
            if (round >= warmups)
                subject->samples[round - warmups] = (double)(measure_now() - start);
        }
    }
    return 0;
}
