/* Does all rounds of one work before it begins with the next one.
 *
 * @fails rounds.turn rounds.error
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
    /* 1. Every subject. */
    for (size_t i = 0; i < count; i++) {
        /* 2. The warm-ups, and the rounds that count. */
        for (size_t round = 0; round < warmups + rounds; round++) {
            double time = one_run(&subjects[i]);
            if (time < 0)
                return -1;
            /* 3. What a warm-up took is forgotten. */
            if (round >= warmups)
                subjects[i].samples[round - warmups] = time;
        }
    }
    return 0;
}
