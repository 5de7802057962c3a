/* look.c - what a cgroup tells of itself.
 *
 * Numbers come through cgroup_value, so that they are yours when that function is.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include "../c01-process/boxes.h"
#include "groups.h"
#include "limits.h"
#include "look.h"

void look_events(const struct cgroup *cgroup)
{
    static const char *const files[] = {"cgroup.events", "memory.events", "pids.events"};
    char text[1024];

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        if (cgroup_read(cgroup, files[i], text, sizeof text) == -1) {
            printf("%-14s %s\n", files[i], strerror(errno));
            continue;
        }
        printf("%-14s", files[i]);
        char *rest = text, *line;
        while ((line = strsep(&rest, "\n"))) {
            if (*line)
                printf(" %s ", line);
        }
        putchar('\n');
    }
}

/* The number of a file, or -1 when it is not there. */
static long long number(const struct cgroup *cgroup, const char *file, const char *key)
{
    long long value;

    return cgroup_value(cgroup, file, key, &value) == 0 ? value : -1;
}

static const char *size(long long bytes)
{
    return bytes == -1 ? "-" : limits_people(bytes);
}

/* The first line of a file of pressure. */
static void show_pressure(const struct cgroup *cgroup, const char *what)
{
    char file[32], text[256];

    (void)snprintf(file, sizeof file, "%s.pressure", what);
    if (cgroup_read(cgroup, file, text, sizeof text) == -1)
        snprintf(text, sizeof text, "%s: this kernel does not measure it: psi=1",
                 strerror(errno));
    text[strcspn(text, "\n")] = '\0';
    printf("%-16s %s\n", file, text);
}

void look_stats(const struct cgroup *cgroup)
{
    char pids[32];
    long long most = number(cgroup, "pids.max", NULL);

    (void)snprintf(pids, sizeof pids, "%lld", most);
    printf("processes        %lld, at most %s\n", number(cgroup, "pids.current", NULL),
           most == LLONG_MAX ? "max" : pids);
    printf("memory           %s now, %s at its highest, at most %s\n",
           size(number(cgroup, "memory.current", NULL)),
           size(number(cgroup, "memory.peak", NULL)),
           size(number(cgroup, "memory.max", NULL)));
    printf("processor        %.2f s, held back for %.2f s\n",
           (double)number(cgroup, "cpu.stat", "usage_usec") / 1e6,
           (double)number(cgroup, "cpu.stat", "throttled_usec") / 1e6);
    show_pressure(cgroup, "memory");
    show_pressure(cgroup, "cpu");
    show_pressure(cgroup, "io");
}

/* How many lines cgroup.procs has. */
static int processes(const struct cgroup *cgroup)
{
    char text[16384];
    int lines = 0;

    if (cgroup_read(cgroup, "cgroup.procs", text, sizeof text) == -1)
        return -1;
    for (const char *at = text; (at = strchr(at, '\n')); at++)
        lines++;
    return lines;
}

int look_tree(struct tutor *tutor)
{
    const char *top = tutor_cgroup(tutor);

    if (!top)
        return tutor_error(tutor, "no cgroup can be made here: %s", strerror(errno));
    puts(top);
    for (size_t i = 0; i < BOXES_MOST; i++) {
        const struct box *box = boxes_at(tutor, i);
        const struct cgroup *cgroup = box ? groups_of_box(tutor, box->name) : NULL;
        if (cgroup)
            printf("  %-15s %d %s\n", box->name, processes(cgroup),
                   processes(cgroup) == 1 ? "process" : "processes");
    }
    return 0;
}
