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

static const char *const things[THINGS] = {"system-call", "page-fault", "ping-pong",
                                           "file-read"};

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
    static const char *const columns[] = {"system call", "page fault",
                                          "message and answer through pipes",
                                          "64 KiB read from a file", NULL};
    json_t *table =
        figures_table(compare, "prices", "What each costs", "us", CHART_NONE, columns);
    json_t *ratios =
        figures_table(compare, "ratios", "As a multiple of the plain process", "times",
                      CHART_BARS, columns);
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
    for (int kind = 0; kind < KINDS; kind++)
        for (size_t i = 0; i < THINGS; i++)
            ratio[kind][i] = median_of(&prices[kind], i, rounds) /
                             median_of(&prices[KIND_PROCESS], i, rounds);
    figures_fact(compare, "container-system-call-ratio", ratio[KIND_CONTAINER][0]);
    figures_fact(compare, "vm-page-fault-ratio", ratio[KIND_VM][1]);
    figures_missing(compare, "a read from a disk: comes with h09-virtio");
    return figures_verdict(compare, HOLDS_WHEN,
                           "It holds for what stays inside the guest: there a system "
                           "call costs %.1f times the "
                           "plain process's (in the container, through its filter, %.1f "
                           "times) and a message %.1f "
                           "times (%.1f); memory that is touched for the first time "
                           "costs %.1f times (%.1f), "
                           "because the hypervisor has to find it as well.",
                           ratio[KIND_VM][0], ratio[KIND_CONTAINER][0], ratio[KIND_VM][2],
                           ratio[KIND_CONTAINER][2], ratio[KIND_VM][1],
                           ratio[KIND_CONTAINER][1]);
}
