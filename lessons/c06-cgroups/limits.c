/* limits.c - the words of `limit`: what a learner types becomes what a file wants. */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../c01-process/boxes.h"
#include "disk.h"
#include "limits.h"

enum kind { SIZE, COUNT, PERCENT, DISK };

static const struct limit {
    const char *word, *file;
    enum kind kind;
    const char *example;
} all[] = {
    {"memory", "memory.max", SIZE, "20M"},  {"high", "memory.high", SIZE, "16M"},
    {"swap", "memory.swap.max", SIZE, "0"}, {"pids", "pids.max", COUNT, "20"},
    {"cpu", "cpu.max", PERCENT, "25%"},     {"weight", "cpu.weight", COUNT, "300"},
    {"io", "io.max", DISK, "1M"},
};

const char *const limits_words[] = {"memory", "high",   "swap", "pids",
                                    "cpu",    "weight", "io",   NULL};

bool limits_size(const char *text, long long *bytes)
{
    static const char units[] = "KMGT";
    char *end;

    double number = strtod(text, &end);
    if (end == text || !isfinite(number) || number < 0)
        return false;
    const char *unit = *end ? strchr(units, *end) : NULL;
    if (*end && (!unit || end[1]))
        return false;
    for (long power = unit ? unit - units + 1 : 0; power > 0; power--)
        number *= 1024;
    *bytes = number < 9e18 ? (long long)number : -1;
    return *bytes != -1;
}

const char *limits_people(long long bytes)
{
    static char texts[4][32];
    static unsigned turn;
    char *text = texts[turn++ % 4];
    const char *unit = "KMGT";
    double number = (double)bytes;

    if (bytes == LLONG_MAX)
        return "max";
    if (bytes < 1024) {
        (void)snprintf(text, sizeof texts[0], "%lld", bytes);
        return text;
    }
    for (number /= 1024; number >= 1024 && unit[1]; number /= 1024)
        unit++;
    (void)snprintf(text, sizeof texts[0], "%.1f%c", number, *unit);
    return text;
}

/* A whole number, followed by END and nothing else. */
static bool whole(const char *text, const char *last, long long *number)
{
    char *end;

    errno = 0;
    *number = strtoll(text, &end, 10);
    return end != text && errno == 0 && *number >= 0 && strcmp(end, last) == 0;
}

/* VALUE as the file wants it. Returns 0, or an exit status having said what is wrong. */
static int translate(struct tutor *tutor, const struct limit *limit, const char *value,
                     char *text, size_t size)
{
    enum { PERIOD = 100000 }; /* microseconds; the kernel's own default */
    const struct disk *disk = NULL;
    long long number = 0;
    bool none = strcmp(value, "max") == 0, good = none;

    if (limit->kind == DISK && !(disk = disk_of(tutor)))
        return 1;
    if (!none && (limit->kind == SIZE || limit->kind == DISK))
        good = limits_size(value, &number);
    else if (!none)
        good = whole(value, limit->kind == PERCENT ? "%" : "", &number);
    if (!good) {
        (void)tutor_error(tutor, "%s: must be such as %s, or max for no limit", value,
                          limit->example);
        return BOXES_USAGE;
    }
    if (limit->kind == PERCENT)
        number = number * PERIOD / 100;
    if (limit->kind == DISK && none)
        (void)snprintf(text, size, "%s wbps=max", disk->number);
    else if (limit->kind == DISK)
        (void)snprintf(text, size, "%s wbps=%lld", disk->number, number);
    else if (none)
        (void)snprintf(text, size, "%s",
                       strcmp(limit->word, "weight") == 0 ? "100" : "max");
    else if (limit->kind == PERCENT)
        (void)snprintf(text, size, "%lld %d", number, PERIOD);
    else
        (void)snprintf(text, size, "%lld", number);
    return 0;
}

/* What stands in the file now, on one line. False when it is not there. */
static bool look(const struct cgroup *cgroup, const char *file, char *text, size_t size)
{
    if (cgroup_read(cgroup, file, text, size) == -1)
        return false;
    text[strcspn(text, "\n")] = '\0';
    return true;
}

int limits_set(struct tutor *tutor, const char *name, const struct cgroup *cgroup,
               const char *word, const char *value)
{
    const struct limit *limit = NULL;
    char text[128], now[256];

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (strcmp(all[i].word, word) == 0)
            limit = &all[i];
    }
    if (!limit) {
        (void)tutor_error(
            tutor, "%s: is none of memory, high, swap, pids, cpu, weight, io", word);
        return BOXES_USAGE;
    }
    int status = translate(tutor, limit, value, text, sizeof text);
    if (status != 0)
        return status;
    if (cgroup_limit(cgroup, limit->file, text) == -1)
        return tutor_error(tutor, "cgroup_limit: %s of %s: %s: %s (errno %d)", text, name,
                           limit->file, strerror(errno), errno);
    if (!look(cgroup, limit->file, now, sizeof now))
        return tutor_error(tutor, "%s: %s", limit->file, strerror(errno));
    printf("%s: %s is %s\n", name, limit->file, *now ? now : "max");
    if (limit->kind == SIZE && strcmp(now, "0") == 0 && strcmp(text, "0") != 0)
        printf("the kernel counts whole pages, %s bytes are less than one: say %sM?\n",
               text, value);
    return 0;
}

void limits_show(const char *name, const struct cgroup *cgroup)
{
    char text[256];

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (look(cgroup, all[i].file, text, sizeof text))
            printf("%s: %-16s %s\n", name, all[i].file, *text ? text : "max");
    }
}
