/* test.c - the judge of lesson x01-compare.
 *
 * A clock is told by what it says in a time namespace whose clocks are ahead of the judge's. How
 * something is measured is told by the works that are measured: the player's own (probe.c), which
 * write down how they were asked and sleep for a time that only they know. What a process costs is
 * told by the kernel: test_memory.c. See tests/grader/grader.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "seen.h"

static const struct player_setup plain = {0};

/* --- measure_now ---------------------------------------------------------------------- */

static uint64_t clock_now(clockid_t clock)
{
    struct timespec time;

    (void)clock_gettime(clock, &time); /* it cannot fail for these */
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* The clock of a player that is ahead of ours by SECONDS. */
static void expect_clock(const char *seconds, const char *where)
{
    uint64_t ahead = strtoull(seconds ? seconds : "0", NULL, 10) * 1000000000;
    uint64_t before = clock_now(CLOCK_MONOTONIC) + ahead;
    struct player *player = player_start(&plain, WORDS("now", seconds));
    uint64_t said = strtoull(player_ready(player), NULL, 10);
    uint64_t after = clock_now(CLOCK_MONOTONIC) + ahead;

    if (said < before || said > after)
        judge_fail("measure_now must be CLOCK_MONOTONIC in nanoseconds: %s from %" PRIu64
                   " to %" PRIu64 "; it returned %" PRIu64 "\nCLOCK_REALTIME is %" PRIu64
                   " now",
                   where, before, after, said, clock_now(CLOCK_REALTIME));
}

static void now_clock(void **state)
{
    (void)state;
    expect_clock(NULL, "between two looks");
}

static void now_namespace(void **state)
{
    char seconds[32];

    (void)state;
    if (access("/proc/self/ns/time", F_OK) == -1)
        judge_cannot_run("this kernel has no time namespaces");
    snprintf(seconds, sizeof seconds, "%d", 10000000 + (int)getpid());
    expect_clock(seconds, "in a time namespace");
}

static void now_fine(void **state)
{
    unsigned long long odd = 0, back = 1;

    (void)state;
    (void)sscanf(player_ready(player_start(&plain, WORDS("now-fine"))), "%llu %llu", &odd,
                 &back);
    judge_expect_number("how often it was earlier than the time before", 0,
                        (long long)back);
    if (odd < 1000)
        judge_fail("measure_now must not round: of 2000 moments %llu are no whole "
                   "microseconds",
                   odd);
}

/* --- measure_calibrate ------------------------------------------------------------------ */

struct calibrated {
    unsigned long long count;
    int error;
    char counts[1024]; /* " 1 2 4": how often the work was asked for */
};

/* A work that is quick, takes 60 ms from SOME at a time on, and 400 ms from ENOUGH on. */
static struct calibrated calibrated(const char *some, const char *enough,
                                    const char *most, const char *fail)
{
    struct calibrated answer = {.count = 99999};

    (void)sscanf(
        player_ready(player_start(&plain, WORDS("calibrate", some, enough, most, fail))),
        "%llu %d%1023[^\n]", &answer.count, &answer.error, answer.counts);
    return answer;
}

static void calibrate_target(void **state)
{
    struct calibrated answer = calibrated("4", "8", "64", "0");

    (void)state;
    judge_expect_string("how often the work was asked for, to last 300 ms, when 4 take "
                        "60 ms and 8 take 400 ms",
                        " 1 2 4 8", answer.counts);
    judge_expect_number("what measure_calibrate returns", 8, (long long)answer.count);
}

static void calibrate_most(void **state)
{
    struct calibrated answer = calibrated("99", "99", "6", "0");

    (void)state;
    judge_expect_string("how often a quick work was asked for, with 6 at the most",
                        " 1 2 4 6", answer.counts);
    judge_expect_number("what measure_calibrate returns", 6, (long long)answer.count);
}

static void calibrate_first(void **state)
{
    struct calibrated answer = calibrated("1", "1", "64", "0");

    (void)state;
    judge_expect_string("how often a work of 400 ms was asked for, to last 300 ms", " 1",
                        answer.counts);
    judge_expect_number("what measure_calibrate returns", 1, (long long)answer.count);
}

static void calibrate_error(void **state)
{
    struct calibrated answer = calibrated("99", "99", "64", "3");

    (void)state;
    judge_expect_number("what measure_calibrate returns when the work fails", 0,
                        (long long)answer.count);
    judge_expect_errno("measure_calibrate of a work that fails", EDOM, answer.error);
    judge_expect_string("how often a work was asked for that fails the third time",
                        " 1 2 4", answer.counts);
}

/* --- measure_rounds ----------------------------------------------------------------------- */

enum { SAMPLES = 16 };

struct rounds {
    int result, error;
    char order[256];
    unsigned long long batch;
    double samples[SAMPLES]; /* microseconds; -1 where there is none */
};

static struct rounds rounds_of(const char *const words[])
{
    struct rounds rounds = {.result = -2};
    const char *text = player_ready(player_start(&plain, words));
    int length = 0;

    (void)sscanf(text, "%d %d %255s %llu%n", &rounds.result, &rounds.error, rounds.order,
                 &rounds.batch, &length);
    for (int i = 0; i < SAMPLES; i++) {
        char *end;
        rounds.samples[i] = strtod(text + length, &end);
        length = (int)(end - text);
    }
    return rounds;
}

static void rounds_turn(void **state)
{
    struct rounds rounds = rounds_of(WORDS("rounds-order", "1", "3"));

    (void)state;
    judge_expect_number("what measure_rounds returns", 0, rounds.result);
    judge_expect_string("the order of three works, with 1 round to warm up and 3 more",
                        "abcabcabcabc", rounds.order);
}

/* A sample is at least what the work slept, and a hiccup of the machine longer. */
static void expect_sample(const struct rounds *rounds, int index, double least,
                          double most)
{
    double sample = rounds->samples[index];

    if (sample < least * 1e3 || sample > most * 1e3)
        judge_fail(
            "samples[%d] must be the time of round %d for doing it once, some %.0f "
            "ms in nanoseconds; it is %.1f ms",
            index, index + 1, least, sample / 1e3);
}

static void rounds_warmups(void **state)
{
    struct rounds rounds =
        rounds_of(WORDS("rounds-times", "1", "2", "600", "600", "5", "10"));

    (void)state;
    judge_expect_number("what measure_rounds returns", 0, rounds.result);
    expect_sample(&rounds, 0, 5, 500);
    expect_sample(&rounds, 1, 10, 500);
    if (rounds.samples[2] != -1)
        judge_fail("with 2 rounds there are 2 samples; samples[2] was written, too");
}

static void rounds_batch(void **state)
{
    struct rounds rounds = rounds_of(WORDS("rounds-times", "50", "0", "100", "100"));

    (void)state;
    judge_expect_number("what measure_rounds returns", 0, rounds.result);
    judge_expect_number("how many at a time the work is asked for", 50,
                        (long long)rounds.batch);
    expect_sample(&rounds, 0, 2, 80);
    expect_sample(&rounds, 1, 2, 80);
}

static void rounds_place(void **state)
{
    struct rounds rounds =
        rounds_of(WORDS("rounds-times", "1", "1", "1", "5", "400", "7"));

    (void)state;
    judge_expect_number("what measure_rounds returns", 0, rounds.result);
    expect_sample(&rounds, 0, 5, 350);
    expect_sample(&rounds, 1, 400, 9e9);
    expect_sample(&rounds, 2, 7, 350);
}

static void rounds_error(void **state)
{
    struct rounds rounds = rounds_of(WORDS("rounds-order", "1", "3", "2"));

    (void)state;
    judge_expect_number("what measure_rounds returns when a work fails", -1,
                        rounds.result);
    judge_expect_errno("measure_rounds of a work that fails", EDOM, rounds.error);
    judge_expect_string("the order of the works, when b fails the second time", "abcab",
                        rounds.order);
}

/* --- measure_summary ------------------------------------------------------------------------ */

struct summed {
    int result, error, moved;
    unsigned long long count;
    double median, low, high, least, greatest;
};

static struct summed summary_of(const char *const words[])
{
    struct summed summed = {.result = -2};

    (void)sscanf(player_ready(player_start(&plain, words)),
                 "%d %d %llu %lf %lf %lf %lf %lf %d", &summed.result, &summed.error,
                 &summed.count, &summed.median, &summed.low, &summed.high, &summed.least,
                 &summed.greatest, &summed.moved);
    return summed;
}

static void expect_figure(const char *what, double expected, double shown)
{
    if (fabs(expected - shown) > 1e-6)
        judge_fail("%s must be %g; it is %g", what, expected, shown);
}

static void summary_odd(void **state)
{
    struct summed summed =
        summary_of(WORDS("summary", "9", "7", "100000", "8", "10.5", "3", "8.5"));

    (void)state;
    judge_expect_number("what measure_summary returns", 0, summed.result);
    expect_figure("the median of 9 7 100000 8 10.5 3 8.5", 8.5, summed.median);
}

static void summary_even(void **state)
{
    struct summed summed = summary_of(WORDS("summary", "4", "1", "30", "2"));

    (void)state;
    judge_expect_number("what measure_summary returns", 0, summed.result);
    expect_figure("the median of 4 1 30 2", 3, summed.median);
}

static void summary_quartiles(void **state)
{
    struct summed four = summary_of(WORDS("summary", "3", "1", "4", "2"));
    struct summed one = summary_of(WORDS("summary", "42"));

    (void)state;
    judge_expect_number("what measure_summary returns", 0, four.result);
    expect_figure("the lower quartile of 3 1 4 2", 1.75, four.low);
    expect_figure("the upper quartile of 3 1 4 2", 3.25, four.high);
    expect_figure("the lower quartile of 42 alone", 42, one.low);
    expect_figure("the upper quartile of 42 alone", 42, one.high);
}

static void summary_ends(void **state)
{
    struct summed summed = summary_of(WORDS("summary", "9", "7", "1000", "-2", "10"));

    (void)state;
    judge_expect_number("what measure_summary returns", 0, summed.result);
    judge_expect_number("count", 5, (long long)summed.count);
    expect_figure("the least of 9 7 1000 -2 10", -2, summed.least);
    expect_figure("the greatest of 9 7 1000 -2 10", 1000, summed.greatest);
}

static void summary_order(void **state)
{
    struct summed summed = summary_of(WORDS("summary", "3", "1", "2"));

    (void)state;
    judge_expect_number("what measure_summary returns", 0, summed.result);
    if (summed.moved)
        judge_fail("the values belong to the caller, and must stay in their order: "
                   "that is the order in time");
}

static void summary_none(void **state)
{
    struct summed summed = summary_of(WORDS("summary"));

    (void)state;
    judge_expect_number("what measure_summary returns for no values", -1, summed.result);
    judge_expect_errno("measure_summary of no values", EINVAL, summed.error);
}

/* --- all checks, in their order ------------------------------------------------------------- */

#define NOW "measure_now"
#define CALIBRATE "measure_calibrate"
#define ROUNDS "measure_rounds"
#define SUMMARY "measure_summary"
#define MEMORY "measure_memory"
#define TREE "measure_tree"
#define GROUP "measure_group"

static const struct check checks[] = {
    {"now.clock", "it is the clock that nobody sets", NOW, 4, "A clock that lies",
     now_clock},
    {"now.namespace", "it is ahead where that clock is ahead, and no other", NOW, 3,
     "A clock that lies", now_namespace},
    {"now.fine", "it counts single nanoseconds, and never goes back", NOW, 3,
     "A clock that lies", now_fine},

    {"calibrate.target", "the count doubles until it lasts long enough", CALIBRATE, 5,
     "Too short to be measured", calibrate_target},
    {"calibrate.most", "there are no more than MOST", CALIBRATE, 4,
     "Too short to be measured", calibrate_most},
    {"calibrate.first", "one is enough when one is long enough", CALIBRATE, 2,
     "Too short to be measured", calibrate_first},
    {"calibrate.error", "a work that fails ends it, with its errno", CALIBRATE, 4,
     "Too short to be measured", calibrate_error},

    {"rounds.turn", "the works take turns", ROUNDS, 5, "In turn", rounds_turn},
    {"rounds.warmups", "the first rounds do not count", ROUNDS, 5,
     "The first time is dear", rounds_warmups},
    {"rounds.batch", "a sample is the time of a batch, divided by its size", ROUNDS, 4,
     "Too short to be measured", rounds_batch},
    {"rounds.place", "each round has its own sample", ROUNDS, 2, "The first time is dear",
     rounds_place},
    {"rounds.error", "a work that fails ends it, with its errno", ROUNDS, 4, "In turn",
     rounds_error},

    {"summary.odd", "the median is the middle one, whatever the greatest is", SUMMARY, 5,
     "The one that was late", summary_odd},
    {"summary.even", "of an even number it is between the two in the middle", SUMMARY, 4,
     "The one that was late", summary_even},
    {"summary.quartiles", "the quartiles stand between two values if need be", SUMMARY, 4,
     "The one that was late", summary_quartiles},
    {"summary.ends", "it knows how many there are, the least and the greatest", SUMMARY,
     2, "The one that was late", summary_ends},
    {"summary.order", "the values stay as they are", SUMMARY, 3, "The one that was late",
     summary_order},
    {"summary.none", "no values are EINVAL", SUMMARY, 2, "The one that was late",
     summary_none},

    {"memory.share", "what is shared counts by its share", MEMORY, 5,
     "Memory that is there once", memory_share},
    {"memory.gone", "no such process is ENOENT", MEMORY, 3, "Memory that is there once",
     memory_gone},
    {"memory.ended", "a process that has ended is ESRCH", MEMORY, 2,
     "Memory that is there once", memory_ended},

    {"tree.alone", "a process without children is itself, and no neighbour", TREE, 3,
     "Memory that is there once", tree_alone},
    {"tree.child", "a child is counted, by its share", TREE, 3,
     "Memory that is there once", tree_child},
    {"tree.grandchild", "the child of a child is counted", TREE, 4,
     "Memory that is there once", tree_grandchild},
    {"tree.name", "a name may hold anything", TREE, 3, "Memory that is there once",
     tree_name},
    {"tree.gone", "no such process is ENOENT", TREE, 2, "Memory that is there once",
     tree_gone},

    {"group.current", "current is what is charged now", GROUP, 3,
     "What the kernel charges", group_current},
    {"group.peak", "peak is the most that was ever charged", GROUP, 2,
     "What the kernel charges", group_peak},
    {"group.half", "what is not asked for is not read", GROUP, 1,
     "What the kernel charges", group_half},
    {"group.without-peak", "an older kernel's is ENOENT, with current filled in", GROUP,
     2, "What the kernel charges", group_without_peak},
    {"group.nonsense", "a file that is no number is ENODATA", GROUP, 2,
     "What the kernel charges", group_nonsense},
};

int main(int argc, char **argv)
{
    return judge_main(argc, argv, "x01-compare", checks, sizeof checks / sizeof *checks);
}
