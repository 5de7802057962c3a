/* works.c - small works that the words of this lesson measure: see works.h.
 *
 * Each does its thing COUNT times, as measure.h wants it. `walk` is the one that is dear at first:
 * it walks over memory that nobody has touched, and the kernel finds a page for each step.
 *
 * Read on: lessons/compare/inside/cost.c, where the same is measured in a container and in a
 * virtual machine.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "works.h"

enum { PAGE = 4096, PAGES = 1024, SIZE = PAGE * PAGES, BLOCK = 64 * 1024 };

static int call(void *context, size_t count)
{
    (void)context;
    for (size_t i = 0; i < count; i++)
        if (syscall(SYS_getppid) == -1)
            return -1;
    return 0;
}

/* One page; when all were touched they are given back, which is part of the price. */
static int fault(void *context, size_t count)
{
    struct bench *bench = context;
    for (size_t i = 0; i < count; i++) {
        if (bench->next == PAGES) {
            if (madvise(bench->memory, SIZE, MADV_DONTNEED) == -1)
                return -1;
            bench->next = 0;
        }
        ((volatile char *)bench->memory)[PAGE * bench->next++] = 1;
    }
    return 0;
}

static int walk(void *context, size_t count)
{
    struct bench *bench = context;
    for (size_t i = 0; i < count; i++)
        for (size_t page = 0; page < PAGES; page++)
            ((volatile char *)bench->memory)[PAGE * page]++;
    return 0;
}

static int ping_pong(void *context, size_t count)
{
    struct bench *bench = context;
    char byte = 'x';
    for (size_t i = 0; i < count; i++)
        if (write(bench->there[1], &byte, 1) != 1 || read(bench->back[0], &byte, 1) != 1)
            return -1;
    return 0;
}

static int read_file(void *context, size_t count)
{
    static char block[BLOCK];
    struct bench *bench = context;
    for (size_t i = 0; i < count; i++)
        if (pread(bench->file, block, sizeof block, 0) != (ssize_t)sizeof block)
            return -1;
    return 0;
}

static int fork_one(void *context, size_t count)
{
    (void)context;
    for (size_t i = 0; i < count; i++) {
        pid_t child = fork();
        if (child == 0)
            _exit(0);
        if (child == -1 || waitpid(child, NULL, 0) == -1)
            return -1;
    }
    return 0;
}

static const struct work works[] = {
    {"syscall", "a system call that does nothing", call},
    {"fault", "the first touch of a page", fault},
    {"pingpong", "a byte through a pipe to a process, and one back", ping_pong},
    {"read", "64 KiB read from a file that is in memory", read_file},
    {"fork", "a child that ends at once, and is waited for", fork_one},
    {"walk", "a touch of each page of 4 MiB", walk},
};

const char *const works_names[] = {"syscall", "fault", "pingpong", "read",
                                   "fork",    "walk",  NULL};

const struct work *works_find(const char *name)
{
    for (size_t i = 0; i < sizeof works / sizeof *works; i++)
        if (strcmp(works[i].name, name) == 0)
            return &works[i];
    return NULL;
}

/* The other end of ping_pong: it answers until nobody asks. */
static int start_child(struct bench *bench)
{
    char byte;
    if (pipe2(bench->there, O_CLOEXEC) == -1 || pipe2(bench->back, O_CLOEXEC) == -1)
        return -1;
    bench->child = fork();
    if (bench->child != 0)
        return bench->child == -1 ? -1 : 0;
    close(bench->there[1]);
    while (read(bench->there[0], &byte, 1) == 1 && write(bench->back[1], &byte, 1) == 1)
        continue;
    _exit(0);
}

static int make_file(struct tutor *tutor, struct bench *bench)
{
    static const char zeros[BLOCK];
    const char *directory = tutor_directory(tutor);
    if (!directory)
        return -1;
    bench->file = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (bench->file == -1)
        return -1;
    return write(bench->file, zeros, sizeof zeros) == (ssize_t)sizeof zeros ? 0 : -1;
}

int works_open(struct tutor *tutor, const struct work *work, struct bench *bench)
{
    *bench = (struct bench){
        .work = work, .file = -1, .there = {-1, -1}, .back = {-1, -1}, .child = -1};
    bench->memory =
        mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int failed = bench->memory == MAP_FAILED;
    /* Small pages, everywhere; a kernel without huge ones says EINVAL. */
    if (!failed && madvise(bench->memory, SIZE, MADV_NOHUGEPAGE) == -1)
        failed = errno != EINVAL;
    if (!failed && work->run == ping_pong)
        failed = start_child(bench) == -1;
    if (!failed && work->run == read_file)
        failed = make_file(tutor, bench) == -1;
    if (!failed)
        return 0;
    (void)tutor_error(tutor, "%s: %s", work->name, strerror(errno));
    works_close(bench);
    return 1;
}

void works_close(struct bench *bench)
{
    int *all[] = {&bench->there[0], &bench->there[1], &bench->back[0], &bench->back[1],
                  &bench->file};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (*all[i] != -1)
            close(*all[i]);
    if (bench->child != -1)
        (void)waitpid(bench->child, NULL, 0); /* it ends with its pipe */
    if (bench->memory != MAP_FAILED)
        (void)munmap(bench->memory, SIZE); /* it was mapped */
}

const char *works_time(double nanoseconds)
{
    static char ring[8][32];
    static unsigned next;
    static const struct {
        double size;
        const char *name;
    } units[] = {{60e9, "min"}, {1e9, "s"}, {1e6, "ms"}, {1e3, "us"}, {1, "ns"}};
    char *text = ring[next++ % 8];
    size_t unit = 0;
    while (unit < 4 && nanoseconds < units[unit].size)
        unit++;
    double value = nanoseconds / units[unit].size;
    (void)snprintf(text, sizeof *ring, "%.*f %s",
                   value >= 100  ? 0
                   : value >= 10 ? 1
                                 : 2,
                   value, units[unit].name);
    return text;
}

static double kernel_clock(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time); /* it cannot fail */
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

void works_spin(double nanoseconds)
{
    double until = kernel_clock() + nanoseconds;
    while (kernel_clock() < until)
        continue;
}
