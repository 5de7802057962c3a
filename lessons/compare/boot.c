/* boot.c - claim 4: how long until the first instruction, the first line, and the end.
 *
 * The work is a shell script of two lines, the same file for all three kinds. They take turns.
 * Every moment is one at which this program saw something: the exec, a line that arrived, the
 * end. Only what happens before the first line of a virtual machine's user space is asked of
 * those who know: the hypervisor, when it entered the guest.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "figures.h"
#include "guest.h"

enum {
    ROUNDS_MOST = 25,
    WARMUPS = 1,
};

/* The moments of a run, in their order. */
enum moment {
    INSIDE,     /* the first instruction in the new container or machine */
    USER,       /* the first of the program: a process has it at once */
    FIRST_LINE, /* its first line has arrived */
    FINISHED,   /* it has ended, and so has what stood around it */
    MOMENTS
};

struct boots {
    struct compare *compare;
    enum kind kind;
    size_t runs;
    double moments[MOMENTS][WARMUPS + ROUNDS_MOST]; /* nanoseconds from the start */
};

static double since(const struct run_result *result, uint64_t when)
{
    return (double)(when - result->started);
}

/* The moments before the first line, of one run. */
static int first_moments(struct boots *boots, const struct run_result *result)
{
    double seconds = 0;
    boots->moments[INSIDE][boots->runs] = since(result, result->executed);
    boots->moments[USER][boots->runs] = since(result, result->executed);
    if (boots->kind != KIND_VM)
        return 0;
    const char *entered = strstr(result->errors, "first instruction after ");
    const struct run_line *ready = run_line(result, "boxwork: ready");
    if (entered == NULL || ready == NULL ||
        sscanf(entered, "first instruction after %lf", &seconds) != 1)
        return compare_failed(boots->compare,
                              "the hypervisor does not say when the guest began: its "
                              "--stats should");
    boots->moments[INSIDE][boots->runs] += seconds * 1e9;
    boots->moments[USER][boots->runs] = since(result, ready->when);
    return 0;
}

/* One run of a kind (measure_work); COUNT is 1. */
static int boot_once(void *context, size_t count)
{
    struct boots *boots = context;
    struct run_result result;
    (void)count;
    progress_say(boots->compare, "%s, run %zu", kind_names[boots->kind], boots->runs + 1);
    int failed = kind_run(boots->compare, boots->kind,
                          (char *[]){"/bin/sh", "/bin/first", NULL}, &result);
    const struct run_line *line = failed ? NULL : run_line(&result, "first line");
    if (!failed && line == NULL)
        failed = compare_failed(boots->compare, "%s: the first line never came",
                                kind_names[boots->kind]);
    if (!failed)
        failed = first_moments(boots, &result);
    if (!failed) {
        boots->moments[FIRST_LINE][boots->runs] = since(&result, line->when);
        boots->moments[FINISHED][boots->runs] = since(&result, result.ended);
        boots->runs++;
    }
    run_free(&result);
    return failed;
}

/* A container's first moments: from --explain, in runs of their own, because saying each step
 * takes time. They replace those of BOOTS, as parts of its time to the first line. */
static int explain_once(struct boots *boots, size_t run)
{
    struct kind_command command;
    struct run_result result;
    kind_command(boots->compare, KIND_CONTAINER,
                 (char *[]){"/bin/sh", "/bin/first", NULL}, &command);
    kind_add(&command, (char *[]){"--explain", NULL});
    command.how.together = true;
    int failed = run_command(command.argv, &command.how, &result);
    double first = 0, clone = 0, exec = 0;
    for (size_t i = 0; !failed && i < result.line_count; i++) {
        const char *text = result.lines[i].text;
        double when = since(&result, result.lines[i].when);
        clone = strstr(text, " us  clone ") != NULL ? when : clone;
        exec =
            strncmp(text, "c01  child", 10) == 0 && strstr(text, " exec ") ? when : exec;
        first = strcmp(text, "first line") == 0 ? when : first;
    }
    run_free(&result);
    if (failed || clone == 0 || exec == 0 || first == 0)
        return compare_failed(boots->compare,
                              "container: --explain does not name its steps");
    double scale = boots->moments[FIRST_LINE][WARMUPS + run] / first;
    boots->moments[INSIDE][WARMUPS + run] = clone * scale;
    boots->moments[USER][WARMUPS + run] = exec * scale;
    return 0;
}

static int moments_table(struct compare *compare, const struct boots boots[KINDS],
                         size_t rounds)
{
    static const char *const columns[] = {"first instruction inside", "first line",
                                          "finished", NULL};
    static const enum moment moments[] = {INSIDE, FIRST_LINE, FINISHED};
    json_t *table = figures_table(compare, "moments", "From the start to …", "ms",
                                  CHART_BARS, columns);
    for (int kind = 0; kind < KINDS; kind++) {
        json_t *row = figures_row(table, kind_names[kind]);
        for (size_t m = 0; m < sizeof moments / sizeof *moments; m++)
            if (figures_samples(compare, row, boots[kind].moments[moments[m]] + WARMUPS,
                                rounds, 1e-6) == -1)
                return -1;
    }
    return 0;
}

static int stages_table(struct compare *compare, const struct boots boots[KINDS],
                        size_t rounds)
{
    static const char *const columns[] = {
        "the engine begins", "the box is made, or the kernel boots",
        "user space, to the first line", "to the end of everything", NULL};
    json_t *table = figures_table(compare, "stages", "Where the time goes", "ms",
                                  CHART_STACK, columns);
    for (int kind = 0; kind < KINDS; kind++) {
        json_t *row = figures_row(table, kind_names[kind]);
        for (int m = 0; m < MOMENTS; m++) {
            double stage[ROUNDS_MOST];
            for (size_t r = 0; r < rounds; r++)
                stage[r] = boots[kind].moments[m][WARMUPS + r] -
                           (m > 0 ? boots[kind].moments[m - 1][WARMUPS + r] : 0);
            if (figures_samples(compare, row, stage, rounds, 1e-6) == -1)
                return -1;
        }
    }
    return 0;
}

static double median_of(const double *samples, size_t count)
{
    struct measure_summary summary = {0};
    (void)measure_summary(samples, count, &summary); /* it worked a moment ago */
    return summary.median;
}

static int verdict(struct compare *compare, const struct boots boots[KINDS],
                   size_t rounds)
{
    double end[KINDS], kernel;
    for (int kind = 0; kind < KINDS; kind++)
        end[kind] = median_of(boots[kind].moments[FINISHED] + WARMUPS, rounds);
    kernel = median_of(boots[KIND_VM].moments[USER] + WARMUPS, rounds) -
             median_of(boots[KIND_VM].moments[INSIDE] + WARMUPS, rounds);
    figures_fact(compare, "process-ms", end[KIND_PROCESS] / 1e6);
    figures_fact(compare, "container-ms", end[KIND_CONTAINER] / 1e6);
    figures_fact(compare, "vm-ms", end[KIND_VM] / 1e6);
    /* For who wants to know how long a machine takes, and need not boot one. */
    compare->vm_runs = rounds < VM_RUNS ? rounds : VM_RUNS;
    memcpy(compare->vm_times, boots[KIND_VM].moments[FINISHED] + WARMUPS,
           compare->vm_runs * sizeof *compare->vm_times);
    return figures_verdict(
        compare, end[KIND_VM] < 60e9 ? DOES_NOT_HOLD : HOLDS,
        "A process is through after %s, a container after %s (%.1f times), a virtual "
        "machine after %s (%.0f times the container): not minutes; %.0f %% of its "
        "time is a kernel that boots, which the container does not have.",
        figures_time(end[KIND_PROCESS]), figures_time(end[KIND_CONTAINER]),
        end[KIND_CONTAINER] / end[KIND_PROCESS], figures_time(end[KIND_VM]),
        end[KIND_VM] / end[KIND_CONTAINER], 100 * kernel / end[KIND_VM]);
}

int measure_boot(struct compare *compare)
{
    struct boots *boots = calloc(KINDS, sizeof *boots);
    struct measure_subject subjects[KINDS];
    double times[KINDS][ROUNDS_MOST];
    if (boots == NULL)
        return compare_failed(compare, "%s", strerror(errno));
    for (int kind = 0; kind < KINDS; kind++) {
        boots[kind] = (struct boots){.compare = compare, .kind = (enum kind)kind};
        subjects[kind] =
            (struct measure_subject){boot_once, &boots[kind], 1, times[kind]};
    }
    /* The warm-up also says how many rounds there is time for. That of a machine is the boot of
     * the one that stays, of another claim or for this one. */
    uint64_t began = measure_now();
    int failed =
        measure_rounds(subjects, KIND_VM, WARMUPS, 0); /* all before the machine */
    uint64_t round = measure_now() - began;
    struct guest *guest = failed ? NULL : guest_get(compare, 0);
    failed = guest == NULL;
    boots[KIND_VM].runs = WARMUPS;
    size_t rounds = failed ? 0 : compare_fit(compare, round + guest->boot, ROUNDS_MOST);
    if (!failed)
        failed = measure_rounds(subjects, KINDS, 0, rounds);
    for (size_t run = 0; run < rounds && !failed; run++)
        failed = explain_once(&boots[KIND_CONTAINER], run);
    if (!failed)
        failed = moments_table(compare, boots, rounds) == -1 ||
                 stages_table(compare, boots, rounds) == -1 ||
                 verdict(compare, boots, rounds) == -1;
    free(boots);
    return failed ? -1 : 0;
}
