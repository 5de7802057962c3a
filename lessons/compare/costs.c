/* costs.c - the price of four small things inside each kind; the program is inside/cost.c.
 *
 * The three take turns. The virtual machine is one that was booted before.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "figures.h"
#include "guest.h"

enum { THINGS = 4, ROUNDS_MOST = 16 };

/* From here on something is called dearer: the runs differ by about as much among themselves. */
#define DEARER 1.25

static const char *const things[THINGS] = {"system-call", "page-fault", "ping-pong",
                                           "file-read"};

static const char *const titles[THINGS + 1] = {"system call", "page fault",
                                               "message and answer through pipes",
                                               "64 KiB read from a file", NULL};

struct prices {
    double each[THINGS][ROUNDS_MOST]; /* nanoseconds */
};

/* Runs the program once in KIND. */
static int ask_prices(struct compare *compare, enum kind kind, size_t round,
                      struct prices *prices)
{
    const char *milliseconds = compare->quick ? "2" : "8";
    struct run_result result = {0};
    int failed;
    progress_say(compare, "%s, run %zu", kind_names[kind], round + 1);
    if (kind == KIND_VM) {
        struct guest *guest = guest_get(compare, 0);
        char line[128];
        (void)snprintf(line, sizeof line, "cost /bin/busybox %s", milliseconds);
        failed = guest == NULL || guest_ask(compare, guest, line, &result) == -1;
    } else {
        failed =
            kind_run(compare, kind,
                     (char *[]){"/bin/cost", "/bin/busybox", (char *)milliseconds, NULL},
                     &result) == -1;
    }
    for (size_t i = 0; i < THINGS && !failed; i++) {
        prices->each[i][round] = strtod(run_answer(&result, things[i]), NULL);
        if (prices->each[i][round] <= 0)
            failed = compare_failed(compare, "%s: cost does not say what a %s costs",
                                    kind_names[kind], things[i]) == -1;
    }
    run_free(&result);
    return failed ? -1 : 0;
}

static double median_of(const struct prices *prices, size_t thing, size_t rounds)
{
    struct measure_summary summary = {0};
    (void)measure_summary(prices->each[thing], rounds, &summary); /* no memory: 0 */
    return summary.median;
}

static int tables(struct compare *compare, const struct prices prices[KINDS],
                  size_t rounds)
{
    json_t *table =
        figures_table(compare, "prices", "What each costs", "us", CHART_NONE, titles);
    json_t *ratios =
        figures_table(compare, "ratios", "As a multiple of the plain process", "times",
                      CHART_BARS, titles);
    for (int kind = 0; kind < KINDS; kind++) {
        json_t *row = figures_row(table, kind_names[kind]);
        json_t *ratio = figures_row(ratios, kind_names[kind]);
        for (size_t i = 0; i < THINGS; i++) {
            if (figures_samples(compare, row, prices[kind].each[i], rounds, 1e-3) == -1 ||
                figures_samples(compare, ratio, prices[kind].each[i], rounds,
                                1 / median_of(&prices[KIND_PROCESS], i, rounds)) == -1)
                return -1;
        }
    }
    return 0;
}

/* Adds "a NAME 1.6 times" to a list. */
static void add_word(char *list, size_t size, const char *name, double ratio)
{
    size_t length = strlen(list);
    (void)snprintf(list + length, size - length, "%s%s %.1f times", length ? ", " : "",
                   name, ratio);
}

int measure_costs(struct compare *compare)
{
    struct prices prices[KINDS];
    size_t rounds = compare_times(compare, 3, 9);
    for (size_t round = 0; round < rounds; round++)
        for (int kind = 0; kind < KINDS; kind++)
            if (ask_prices(compare, (enum kind)kind, round, &prices[kind]) == -1)
                return -1;
    if (tables(compare, prices, rounds) == -1)
        return -1;
    double ratio[KINDS][THINGS];
    char dear[KINDS][256] = {""}, same[256] = "";
    unsigned dearer = 0;
    for (int kind = 0; kind < KINDS; kind++)
        for (size_t i = 0; i < THINGS; i++) {
            ratio[kind][i] = median_of(&prices[kind], i, rounds) /
                             median_of(&prices[KIND_PROCESS], i, rounds);
            bool is_dear = ratio[kind][i] > DEARER;
            dearer += kind == KIND_VM && is_dear;
            if (is_dear || kind == KIND_VM)
                add_word(is_dear ? dear[kind] : same, sizeof same, things[i],
                         ratio[kind][i]);
        }
    figures_fact(compare, "container-system-call-ratio", ratio[KIND_CONTAINER][0]);
    figures_fact(compare, "vm-page-fault-ratio", ratio[KIND_VM][1]);
    figures_missing(compare, "a read from a disk: comes with h09-virtio");
    return figures_verdict(
        compare,
        dearer == THINGS ? HOLDS
        : dearer == 0    ? DOES_NOT_HOLD
                         : HOLDS_WHEN,
        "%s in the machine than in a plain process: %s; not dearer: %s. Dearer in the "
        "container: %s.",
        dearer > 0 && dearer < THINGS ? "one counts what is dearer" : "Dearer",
        dear[KIND_VM][0] ? dear[KIND_VM] : "nothing", same[0] ? same : "nothing",
        dear[KIND_CONTAINER][0] ? dear[KIND_CONTAINER] : "nothing");
}
