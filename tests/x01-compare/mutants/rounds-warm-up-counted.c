/* Runs the warm-ups, too, but keeps the first rounds instead of the last ones.
 *
 * @fails rounds.warmups rounds.place
 */
#define _GNU_SOURCE
#include "measure.h"

static double one_run(const struct measure_subject *subject)
{
    uint64_t start = measure_now();
    if (subject->work(subject->context, subject->batch) == -1)
        return -1;
    return (double)(measure_now() - start) / (double)subject->batch;
}

int measure_rounds(const struct measure_subject *subjects, size_t count, size_t warmups,
                   size_t rounds)
{
    /* 1. The rounds that count, and the warm-ups. */
    for (size_t round = 0; round < warmups + rounds; round++) {
        /* 2. In each, every subject once. */
        for (size_t i = 0; i < count; i++) {
            double time = one_run(&subjects[i]);
            if (time < 0)
                return -1;
            /* 3. There is room for ROUNDS of them. */
            if (round < rounds)
                subjects[i].samples[round] = time;
        }
    }
    return 0;
}
