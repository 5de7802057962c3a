/* core.c - the words that poke at time: clocks, repetition, the middle of many numbers.
 *
 * All of them go through the functions of measure.h, so they show what yours do as soon as you
 * `use mine`. What is compared with them (a mean, the other clock) is computed here.
 */
#define _GNU_SOURCE
#include "core.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    ROUNDS = 11,
    WARMUPS = 2,
    TARGET = 2000000, /* nanoseconds that a batch lasts at least */
    MOST = 1000000,   /* of a work in a batch */
    BAR = 40,
};

static int failed(struct tutor *tutor, const char *function)
{
    return tutor_error(tutor, "%s: %s (errno %d)", function, strerror(errno), errno);
}

static double mean_of(const double *values, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return sum / (double)count;
}

static void print_summary(const struct measure_summary *summary, double mean)
{
    printf("  median %s; half of all lie from %s to %s\n", works_time(summary->median),
           works_time(summary->low), works_time(summary->high));
    printf("  least %s, greatest %s; the mean would be %s\n", works_time(summary->least),
           works_time(summary->greatest), works_time(mean));
}

/* --- measure WORK, rounds WORK ----------------------------------------------------- */

int core_measure(struct tutor *tutor, const struct work *work)
{
    struct bench bench;
    double samples[ROUNDS];
    struct measure_summary summary = {0};
    if (works_open(tutor, work, &bench) != 0)
        return 1;
    const char *function = NULL;
    size_t batch = measure_calibrate(work->run, &bench, TARGET, MOST);
    struct measure_subject subject = {work->run, &bench, batch, samples};
    if (batch == 0)
        function = "measure_calibrate";
    else if (measure_rounds(&subject, 1, WARMUPS, ROUNDS) == -1)
        function = "measure_rounds";
    else if (measure_summary(samples, ROUNDS, &summary) == -1)
        function = "measure_summary";
    int status = function ? failed(tutor, function) : 0;
    works_close(&bench);
    if (status)
        return status;
    printf("%s: %s, as a plain process\n", work->name, work->what);
    printf("  %zu at a time, %d rounds, after %d that do not count\n", batch, ROUNDS,
           WARMUPS);
    print_summary(&summary, mean_of(samples, ROUNDS));
    return 0;
}

static void print_bar(double value, double most)
{
    int length = most > 0 ? (int)(value / most * BAR + 0.5) : 0;
    for (int i = 0; i < BAR; i++)
        putchar(i < length ? '#' : ' ');
}

int core_rounds(struct tutor *tutor, int argc, char **argv)
{
    enum { SHOWN = 8 };
    const struct work *work = works_find(argv[1]);
    struct bench bench;
    double samples[SHOWN], most = 0;
    char *end;
    long warmups = argc > 2 ? strtol(argv[2], &end, 10) : 0;
    if (!work || (argc > 2 && (*end || end == argv[2] || warmups < 0 || warmups > 100))) {
        (void)tutor_error(tutor,
                          work ? "%s: warm-ups are a number from 0 to 100"
                               : "%s: no such work; `help rounds` names them",
                          work ? argv[2] : argv[1]);
        return 2;
    }
    if (works_open(tutor, work, &bench) != 0)
        return 1;
    struct measure_subject subject = {work->run, &bench, 1, samples};
    int result = measure_rounds(&subject, 1, (size_t)warmups, SHOWN);
    int status = result == -1 ? failed(tutor, "measure_rounds") : 0;
    works_close(&bench);
    if (status)
        return status;
    printf("%s: %s, %d rounds after %ld to warm up\n", work->name, work->what, SHOWN,
           warmups);
    for (int i = 0; i < SHOWN; i++)
        most = samples[i] > most ? samples[i] : most;
    for (int i = 0; i < SHOWN; i++) {
        printf("  round %d  ", i + 1);
        print_bar(samples[i], most);
        printf("  %s\n", works_time(samples[i]));
    }
    return 0;
}

/* --- calibrate ---------------------------------------------------------------------- */

/* A work that notes how often it is asked for, and how long that took. It says so afterwards:
 * printing would take longer than what is measured, and would be measured. */
struct watched {
    struct bench *bench;
    unsigned runs;
    size_t counts[64]; /* no count has more bits */
    double took[64];   /* nanoseconds */
};

static int watched_run(void *context, size_t count)
{
    struct watched *watched = context;
    struct timespec from, to;
    (void)clock_gettime(CLOCK_MONOTONIC, &from); /* not measure_now: that may be wrong */
    int result = watched->bench->work->run(watched->bench, count);
    (void)clock_gettime(CLOCK_MONOTONIC, &to);
    double took =
        (double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec);
    if (watched->runs == sizeof watched->took / sizeof *watched->took) {
        errno = ELOOP;
        return -1;
    }
    watched->counts[watched->runs] = count;
    watched->took[watched->runs++] = took;
    return result;
}

int core_calibrate(struct tutor *tutor, int argc, char **argv)
{
    const struct work *work = works_find(argv[1]);
    struct bench bench;
    char *end = "";
    double target = argc > 2 ? strtod(argv[2], &end) * 1e6 : TARGET;
    if (!work || (argc > 2 && (end == argv[2] || strcmp(end, "ms") != 0 || target <= 0 ||
                               target > 2e9))) {
        (void)tutor_error(tutor,
                          work ? "%s: a time from 0.001ms to 2000ms"
                               : "%s: no such work; `help calibrate` names them",
                          work ? argv[2] : argv[1]);
        return 2;
    }
    if (works_open(tutor, work, &bench) != 0)
        return 1;
    struct watched watched = {.bench = &bench};
    printf("%s, until a batch lasts %s:\n", work->name, works_time(target));
    size_t batch = measure_calibrate(watched_run, &watched, (uint64_t)target, MOST);
    int error = errno;
    for (unsigned i = 0; i < watched.runs; i++)
        printf("  %9zu  %s\n", watched.counts[i], works_time(watched.took[i]));
    errno = error;
    int status = batch == 0 ? failed(tutor, "measure_calibrate") : 0;
    works_close(&bench);
    if (status == 0)
        printf("  so %zu at a time\n", batch);
    return status;
}

/* --- summary ------------------------------------------------------------------------ */

int core_summary(struct tutor *tutor, int argc, char **argv)
{
    double values[64] = {0};
    size_t count = (size_t)argc - 1;
    struct measure_summary summary = {0};
    for (size_t i = 0; i < count; i++) {
        char *end;
        values[i] = strtod(argv[i + 1], &end);
        if (end == argv[i + 1] || *end || !isfinite(values[i])) {
            (void)tutor_error(tutor, "%s: must be a number, as in summary 1 2 3.5",
                              argv[i + 1]);
            return 2;
        }
    }
    if (measure_summary(values, count, &summary) == -1)
        return failed(tutor, "measure_summary");
    printf("median %g, half of all from %g to %g, least %g, greatest %g\n",
           summary.median, summary.low, summary.high, summary.least, summary.greatest);
    printf("mean   %g\n", mean_of(values, count));
    return 0;
}

/* --- drift -------------------------------------------------------------------------- */

/* A machine that gets slower with whatever runs on it: a processor that gets warm. */
struct slowing {
    int runs; /* of all works on it */
    char order[64];
};

struct same_work {
    struct slowing *machine;
    char name;
};

static int same_run(void *context, size_t count)
{
    struct same_work *work = context;
    struct slowing *machine = work->machine;
    if (machine->runs >= (int)sizeof machine->order - 1) {
        errno = ELOOP; /* measure_rounds runs it more often than it was asked to */
        return -1;
    }
    machine->order[machine->runs++] = work->name;
    for (size_t i = 0; i < count; i++)
        works_spin(200e3 * machine->runs);
    return 0;
}

enum { DRIFT_ROUNDS = 7 };

static double median_of(const double *samples)
{
    struct measure_summary summary = {0};
    (void)measure_summary(samples, DRIFT_ROUNDS, &summary); /* then the figures are 0 */
    return summary.median;
}

static void print_drift(const char *how, const struct slowing *machine, const double *a,
                        const double *b)
{
    double one = median_of(a), other = median_of(b);
    printf("  %-21s %-14s  a %s, b %s: %.1f times\n", how, machine->order,
           works_time(one), works_time(other), one > 0 ? other / one : 0);
}

int core_drift(struct tutor *tutor, int argc, char **argv)
{
    struct slowing machine = {0};
    double a[DRIFT_ROUNDS] = {0}, b[DRIFT_ROUNDS] = {0};
    struct same_work works[] = {{&machine, 'a'}, {&machine, 'b'}};
    struct measure_subject subjects[] = {{same_run, &works[0], 1, a},
                                         {same_run, &works[1], 1, b}};
    (void)argc, (void)argv;
    printf("a and b are the same work, on a machine that gets slower with each run:\n");
    if (measure_rounds(&subjects[0], 1, 0, DRIFT_ROUNDS) == -1 ||
        measure_rounds(&subjects[1], 1, 0, DRIFT_ROUNDS) == -1)
        return failed(tutor, "measure_rounds");
    print_drift("one after the other", &machine, a, b);
    machine = (struct slowing){0};
    if (measure_rounds(subjects, 2, 0, DRIFT_ROUNDS) == -1)
        return failed(tutor, "measure_rounds");
    print_drift("in turn", &machine, a, b);
    return 0;
}
