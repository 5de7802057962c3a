/* resources.c - claim 1: memory beside the work itself, and the processor time of doing nothing.
 *
 * Each kind gets a cgroup of its own, so that the kernel adds up what it keeps for these
 * processes (pages, stacks, page tables, namespaces) and counts nothing twice. The PSS of the
 * processes is read beside it: the part of that which they hold themselves.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "figures.h"
#include "kinds.h"

enum { MOST = 50, SIZES = 3 };

static const unsigned sizes[SIZES] = {1, 10, 50};

/* What N idle ones of a kind take. */
struct idle {
    bool there;
    double group, processes; /* bytes: charged to the cgroup; PSS */
    double cpu;              /* part of a processor, for N = 1 */
};

/* Whether N more virtual machines fit into what is free. */
static bool fits(const struct compare *compare, unsigned n)
{
    char line[128];
    double free_bytes = 0;
    FILE *file = fopen("/proc/meminfo", "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "MemAvailable: %lf kB", &free_bytes) == 1)
            break;
    if (file != NULL)
        (void)fclose(file); /* it was only read */
    return free_bytes * 1024 * 0.85 > n * strtod(compare->vm_memory, NULL) * 1024 * 1024;
}

/* Starts one sleeper. A machine has begun to sleep when its init has said that it is ready. */
static int start_one(struct compare *compare, enum kind kind, const char *group,
                     struct running *running)
{
    struct kind_command command;
    char byte;
    kind_command(compare, kind, (char *[]){"/bin/sleep", "1000", NULL}, &command);
    command.how.cgroup = group;
    if (run_start(command.argv, &command.how, running) == -1)
        return compare_failed(compare, "%s: %s", kind_names[kind], strerror(errno));
    struct pollfd ready = {.fd = running->output, .events = POLLIN};
    if (kind != KIND_VM)
        return 0;
    for (int second = 0; second < RUN_SECONDS && !run_interrupted; second++)
        if (poll(&ready, 1, 1000) == 1)
            break;
    if (ready.revents != 0 && read(running->output, &byte, 1) == 1)
        return 0;
    return compare_failed(compare, "%s: it does not become ready", kind_names[kind]);
}

/* Until the sum of their memory stays the same. */
static void settle(const struct running *running, unsigned n)
{
    int64_t before = -1;
    for (int tries = 0; tries < 20 && !run_interrupted; tries++) {
        int64_t sum = 0;
        (void)usleep(150000); /* shorter after a signal: then nothing counts any more */
        for (unsigned i = 0; i < n; i++)
            sum += measure_tree(running[i].pid);
        if (sum == before)
            return;
        before = sum;
    }
}

/* What they take now; and of a single one, how long it uses a processor while one looks on. */
static int look(struct compare *compare, enum kind kind, const char *group,
                const struct running *running, unsigned n, struct idle *idle)
{
    int64_t current = 0, cpu = group_cpu(group), sum = 0;
    uint64_t began = measure_now();
    if (n == 1)
        (void)usleep(compare->quick ? 500000 : 4000000); /* as in settle */
    double seconds = (double)(measure_now() - began) / 1e9;
    idle->cpu = (double)(group_cpu(group) - cpu) / 1e6 / seconds;
    for (unsigned i = 0; i < n; i++)
        sum += measure_tree(running[i].pid);
    if (cpu == -1 || measure_group(group, &current, NULL) == -1)
        return compare_failed(compare, "%s: %s", group, strerror(errno));
    if (run_interrupted)
        return compare_failed(compare, "%s", kind_names[kind]);
    idle->there = true;
    idle->group = (double)current;
    idle->processes = (double)sum;
    return 0;
}

static int measure_idle(struct compare *compare, enum kind kind, unsigned n,
                        struct idle *idle)
{
    struct running running[MOST];
    char group[256];
    int failed = group_make(compare, "idle", group, sizeof group);
    *idle = (struct idle){0};
    unsigned started = 0;
    for (; started < n && !failed; started++) {
        progress_say(compare, "%s %u of %u, idle", kind_names[kind], started + 1, n);
        running[started] = RUN_NONE;
        failed = run_interrupted != 0 ||
                 start_one(compare, kind, group, &running[started]) == -1;
    }
    if (!failed) {
        settle(running, n);
        failed = look(compare, kind, group, running, n, idle);
    }
    for (unsigned i = 0; i < started; i++)
        run_kill(&running[i]);
    group_remove(group);
    return failed ? -1 : 0;
}

static void one_table(struct compare *compare, const struct idle all[KINDS][SIZES],
                      const char *id, const char *title, bool group)
{
    char names[SIZES][8];
    const char *columns[SIZES + 1] = {NULL};
    int count = compare->quick ? 2 : SIZES;
    for (int s = 0; s < count; s++) {
        (void)snprintf(names[s], sizeof names[s], "%u", sizes[s]);
        columns[s] = names[s];
    }
    json_t *table = figures_table(compare, id, title, "MiB", CHART_BARS, columns);
    for (int kind = 0; kind < KINDS; kind++) {
        json_t *row = figures_row(table, kind_names[kind]);
        for (int s = 0; s < count; s++)
            if (all[kind][s].there)
                figures_number(row,
                               (group ? all[kind][s].group : all[kind][s].processes) /
                                   (1 << 20));
            else
                figures_nothing(row);
    }
}

static void cpu_table(struct compare *compare, const struct idle all[KINDS][SIZES])
{
    static const char *const columns[] = {"one of them", NULL};
    json_t *table = figures_table(compare, "idle", "Processor time while nothing happens",
                                  "% of one processor", CHART_NONE, columns);
    for (int kind = 0; kind < KINDS; kind++)
        figures_number(figures_row(table, kind_names[kind]), all[kind][0].cpu * 100);
}

int measure_resources(struct compare *compare)
{
    struct idle all[KINDS][SIZES] = {0};
    int count = compare->quick ? 2 : SIZES, last = count - 1;
    for (int s = 0; s < count; s++)
        for (int kind = 0; kind < KINDS; kind++) {
            bool skipped = kind == KIND_VM &&
                           ((compare->quick && sizes[s] > 1) || !fits(compare, sizes[s]));
            if (!skipped &&
                measure_idle(compare, (enum kind)kind, sizes[s], &all[kind][s]) == -1)
                return -1;
            if (skipped)
                figures_missing(compare, "%u virtual machines at once: %s", sizes[s],
                                compare->quick ? "left out by --quick"
                                               : "they do not fit into this memory");
        }
    if (!all[KIND_VM][0].there)
        return compare_failed(compare,
                              "not one virtual machine of %sB fits into this memory",
                              compare->vm_memory);
    one_table(compare, all, "group", "Charged by the kernel to so many idle ones", true);
    one_table(compare, all, "pss",
              "Fair share (PSS) of their processes, with the pages of the programs",
              false);
    cpu_table(compare, all);
    /* Per instance, from the greatest number that was measured of containers. */
    double container =
        (all[KIND_CONTAINER][last].group - all[KIND_PROCESS][last].group) / sizes[last];
    double vm = all[KIND_VM][0].group - all[KIND_PROCESS][0].group;
    figures_fact(compare, "process-bytes-10", all[KIND_PROCESS][1].group);
    figures_fact(compare, "container-bytes-10", all[KIND_CONTAINER][1].group);
    figures_fact(compare, "container-bytes-1", all[KIND_CONTAINER][0].group);
    figures_fact(compare, "vm-bytes-1", all[KIND_VM][0].group);
    return figures_verdict(
        compare, vm > 1e9 ? HOLDS : DOES_NOT_HOLD,
        "Beside the work itself a container takes %s (measured with %u), and a "
        "virtual machine that has %s takes %s: %.0f times as much, and %s "
        "gigabytes. Idle, the machine uses %.1f %% of a processor, the container %.1f "
        "%%.",
        figures_bytes(container), sizes[last],
        figures_bytes(strtod(compare->vm_memory, NULL) * (1 << 20)), figures_bytes(vm),
        vm / container, vm > 1e9 ? "indeed" : "not", all[KIND_VM][0].cpu * 100,
        all[KIND_CONTAINER][0].cpu * 100);
}
