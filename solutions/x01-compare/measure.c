/* measure.c - the measuring core: a clock, repetition, a median, and fair memory.
 *
 * Every figure that `boxwork compare` prints went through these seven functions, and so did
 * those that the program inside a container or a virtual machine reports. They are small
 * because each does one thing that is easy to get wrong without noticing.
 *
 * Read on: measure.h, which says against which mistake each of them stands.
 */
#define _GNU_SOURCE
#include "measure.h" /* the contract */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* --- time --------------------------------------------------------------------------------- */

/* @lab 1.1 @points 10
 * The clock on the wall, CLOCK_REALTIME, is set by people and by the network, also backwards.
 */
uint64_t measure_now(void)
{
    struct timespec time;
    /* 1. Ask the clock that only goes forward; it cannot fail. */
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    /* 2. Seconds and nanoseconds, as one number of 64 bits. */
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* @lab 1.2 @points 15
 * A system call takes less than reading the clock does, so one alone cannot be measured.
 */
size_t measure_calibrate(measure_work *work, void *context, uint64_t target, size_t most)
{
    /* 1. One, two, four, ... and MOST instead of what would be more. */
    for (size_t count = 1;; count = count > most / 2 ? most : count * 2) {
        uint64_t start = measure_now();
        if (work(context, count) == -1)
            return 0;
        /* 2. Enough, when it has lasted for TARGET, or there may be no more. */
        if (measure_now() - start >= target || count == most)
            return count;
    }
}

/* --- repetition --------------------------------------------------------------------------- */

/* Does one batch. Returns nanoseconds for one of it, or -1 with errno. */
static double one_run(const struct measure_subject *subject)
{
    uint64_t start = measure_now();
    if (subject->work(subject->context, subject->batch) == -1)
        return -1;
    return (double)(measure_now() - start) / (double)subject->batch;
}

/* @lab 2.1 @points 20
 * In turn, not one after the other: what changes during the measurement (another program, a
 * processor that gets warm) then changes all of them alike.
 */
int measure_rounds(const struct measure_subject *subjects, size_t count, size_t warmups,
                   size_t rounds)
{
    /* 1. The rounds that count, and the warm-ups before them. */
    for (size_t round = 0; round < warmups + rounds; round++) {
        /* 2. In each, every subject once. */
        for (size_t i = 0; i < count; i++) {
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

static int compare_numbers(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* The value that stands PART (0 to 1) of the way from the first to the last, in order. */
static double value_at(const double *sorted, size_t count, double part)
{
    double place = part * (double)(count - 1);
    size_t below = (size_t)place;
    if (below + 1 >= count)
        return sorted[count - 1];
    return sorted[below] + (place - (double)below) * (sorted[below + 1] - sorted[below]);
}

/* @lab 2.2 @points 20
 * A mean would follow the one run in which the machine did something else.
 */
int measure_summary(const double *values, size_t count, struct measure_summary *summary)
{
    /* 1. No values have no middle. */
    if (count == 0) {
        errno = EINVAL;
        return -1;
    }
    /* 2. In order; a copy, because the caller's order is the order in time. */
    double *sorted = malloc(count * sizeof *sorted);
    if (sorted == NULL)
        return -1;
    memcpy(sorted, values, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare_numbers);
    /* 3. The middle, the quarters, the ends. */
    *summary = (struct measure_summary){
        .count = count,
        .median = value_at(sorted, count, 0.5),
        .low = value_at(sorted, count, 0.25),
        .high = value_at(sorted, count, 0.75),
        .least = sorted[0],
        .greatest = sorted[count - 1],
    };
    free(sorted);
    return 0;
}

/* --- memory ------------------------------------------------------------------------------- */

/* @lab 3.1 @points 10
 * RSS would count the C library of ten processes ten times, though it is in memory once.
 */
int64_t measure_memory(pid_t pid)
{
    char path[64], line[256];
    int64_t kilobytes = -1;
    /* 1. smaps_rollup is smaps, added up by the kernel. */
    (void)snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return -1;
    /* 2. The line "Pss:   123 kB", and not "Pss_Anon:" or "SwapPss:". */
    while (kilobytes == -1 && fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "Pss: %" SCNd64 " kB", &kilobytes) != 1)
            kilobytes = -1;
    /* 3. A process that has just ended gives ESRCH; one without memory, no such line. */
    bool gone = ferror(file) != 0;
    (void)fclose(file); /* it was only read */
    if (kilobytes == -1) {
        errno = gone ? ESRCH : ENODATA;
        return -1;
    }
    return kilobytes * 1024;
}

/* The parent of process PID; -1 when it has ended. */
static pid_t parent_of(pid_t pid)
{
    char path[64], text[512];
    (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return -1;
    size_t length = fread(text, 1, sizeof text - 1, file);
    (void)fclose(file); /* it was only read */
    text[length] = '\0';
    /* "PID (NAME) STATE PARENT …", and a name may hold anything, brackets too. */
    const char *behind = strrchr(text, ')');
    int parent;
    return behind != NULL && sscanf(behind + 1, " %*c %d", &parent) == 1 ? parent : -1;
}

/* Adds up ROOT and what came from it. Returns bytes, or -1 with errno. */
static int64_t add_tree(pid_t root)
{
    int64_t sum = measure_memory(root);
    if (sum == -1)
        sum = 0; /* it has ended, or has no memory; its children may be there */
    DIR *processes = opendir("/proc");
    if (processes == NULL)
        return -1;
    for (struct dirent *entry; (entry = readdir(processes)) != NULL;) {
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
        int64_t part = parent_of(pid) == root ? add_tree(pid) : 0;
        sum += part > 0 ? part : 0;
    }
    (void)closedir(processes); /* it was only read */
    return sum;
}

/* @lab 3.2 @points 15
 * An engine is a family: it, what it started, and what those started.
 */
int64_t measure_tree(pid_t root)
{
    /* 1. Without ROOT there is nothing to add up. */
    if (parent_of(root) == -1) {
        errno = ENOENT;
        return -1;
    }
    /* 2. It, and for each process whose parent it is, the same again. */
    return add_tree(root);
}

/* The number in the file NAME of the directory PATH. Returns 0, or -1 with errno. */
static int read_number(const char *path, const char *name, int64_t *number)
{
    char file_name[4096];
    (void)snprintf(file_name, sizeof file_name, "%s/%s", path, name); /* cut: ENOENT */
    FILE *file = fopen(file_name, "re");
    if (file == NULL)
        return -1;
    int found = fscanf(file, "%" SCNd64, number);
    (void)fclose(file); /* it was only read */
    if (found == 1)
        return 0;
    errno = ENODATA;
    return -1;
}

/* @lab 3.3 @points 10
 * What a process costs the kernel (stacks, page tables, namespaces) is in no smaps at all.
 */
int measure_group(const char *path, int64_t *current, int64_t *peak)
{
    /* 1. memory.current, and memory.peak; each only for who asks. */
    if (current != NULL && read_number(path, "memory.current", current) == -1)
        return -1;
    return peak != NULL ? read_number(path, "memory.peak", peak) : 0;
}
