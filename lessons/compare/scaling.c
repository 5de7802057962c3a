/* scaling.c - claim 6: many of them, in a row and at once. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include "figures.h"
#include "guest.h"

enum { MOST = 20 };

static char *const work[] = {"/bin/true", NULL};

static int in_a_row(struct compare *compare, enum kind kind, size_t n, double times[])
{
    for (size_t i = 0; i < n; i++) {
        struct run_result result;
        progress_say(compare, "%s, in a row: %zu of %zu", kind_names[kind], i + 1, n);
        int failed = kind_run(compare, kind, work, &result);
        times[i] = (double)(result.ended - result.started);
        run_free(&result);
        if (failed)
            return -1;
    }
    return 0;
}

/* Collects N children as they end. TIMES gets when, from the start of the first. */
static int collect(struct running running[], size_t n, uint64_t began, double times[])
{
    for (size_t ended = 0; ended < n;) {
        siginfo_t info;
        /* Left where it is, so that run_kill collects exactly what is ours. */
        if (waitid(P_ALL, 0, &info, WEXITED | WNOWAIT) == -1)
            return -1;
        bool ours = false;
        for (size_t i = 0; i < n; i++) {
            if (running[i].pid != info.si_pid)
                continue;
            ours = true;
            times[ended++] = (double)(measure_now() - began);
            run_kill(&running[i]);
            if (info.si_code != CLD_EXITED || info.si_status != 0) {
                errno = EPROTO;
                return -1;
            }
        }
        if (!ours && waitpid(info.si_pid, NULL, 0) == info.si_pid)
            guests_reaped(info.si_pid); /* a virtual machine that stays has died */
    }
    return 0;
}

static int at_once(struct compare *compare, enum kind kind, size_t n, double times[])
{
    struct running running[MOST];
    struct kind_command command;
    uint64_t began = measure_now();
    int failed = 0;
    size_t started = 0;
    progress_say(compare, "%s, %zu at once", kind_names[kind], n);
    kind_command(compare, kind, work, &command);
    command.how.silent = true;
    for (; started < n && !failed; started++) {
        running[started] = RUN_NONE;
        failed = run_start(command.argv, &command.how, &running[started]);
    }
    if (!failed)
        failed = collect(running, n, began, times);
    int saved = errno;
    for (size_t i = 0; i < started; i++)
        run_kill(&running[i]);
    return failed ? compare_failed(compare, "%s: %zu at once: %s", kind_names[kind], n,
                                   strerror(saved))
                  : 0;
}

int measure_scaling(struct compare *compare)
{
    static const char *const columns[] = {"in a row", "at once", NULL};
    double times[KINDS][2][MOST], rates[KINDS][2];
    size_t numbers[KINDS];
    json_t *rate = figures_table(compare, "rate", "How many start and end", "a second",
                                 CHART_BARS, columns);
    for (int kind = 0; kind < KINDS; kind++) {
        size_t n = kind == KIND_VM ? compare_times(compare, 2, 20)
                                   : compare_times(compare, 10, 20);
        double sum = 0;
        numbers[kind] = n;
        bool known = kind == KIND_VM && compare->vm_runs >= n; /* from claim 4 */
        if (known)
            memcpy(times[kind][0], compare->vm_times, n * sizeof *compare->vm_times);
        if ((!known && in_a_row(compare, (enum kind)kind, n, times[kind][0]) == -1) ||
            at_once(compare, (enum kind)kind, n, times[kind][1]) == -1)
            return -1;
        for (size_t i = 0; i < n; i++)
            sum += times[kind][0][i];
        rates[kind][0] = (double)n * 1e9 / sum;
        rates[kind][1] = (double)n * 1e9 / times[kind][1][n - 1];
        json_t *row = figures_row(rate, kind_names[kind]);
        figures_number(row, rates[kind][0]);
        figures_number(row, rates[kind][1]);
    }
    json_t *latency =
        figures_table(compare, "latency", "From the start to the end of each", "ms",
                      CHART_BARS, columns);
    for (int kind = 0; kind < KINDS; kind++) {
        json_t *row = figures_row(latency, kind_names[kind]);
        for (int way = 0; way < 2; way++)
            if (figures_samples(compare, row, times[kind][way], numbers[kind], 1e-6) ==
                -1)
                return -1;
    }
    figures_fact(compare, "container-rate", rates[KIND_CONTAINER][0]);
    figures_fact(compare, "vm-rate", rates[KIND_VM][0]);
    double thousand[KINDS];
    for (int kind = 0; kind < KINDS; kind++)
        thousand[kind] = 1000 / rates[kind][0]; /* seconds */
    bool containers = thousand[KIND_CONTAINER] < 60, machines = thousand[KIND_VM] >= 60;
    return figures_verdict(compare, containers && machines ? HOLDS : DOES_NOT_HOLD,
                           "A thousand containers take %s here, one after the other, "
                           "and a thousand machines %s; at once the rates are %.2g "
                           "and %.2g a second (%zu and %zu of them, on the processors "
                           "of this place).",
                           figures_time(thousand[KIND_CONTAINER] * 1e9),
                           figures_time(thousand[KIND_VM] * 1e9),
                           rates[KIND_CONTAINER][1], rates[KIND_VM][1],
                           numbers[KIND_CONTAINER], numbers[KIND_VM]);
}
