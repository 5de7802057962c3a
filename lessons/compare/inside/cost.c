/* cost.c - what four small things cost: a system call, a page fault, a message and its answer
 * through pipes, a block read from a file.
 *
 * The same static program runs as a plain process, in a container, and in a virtual machine,
 * where it sees nothing but a kernel under it. So a difference between its figures is a
 * difference between what stands under that kernel. It measures with the functions of measure.h,
 * and prints a line for each thing: its name, and the median, the lower and the upper quartile
 * of the nanoseconds that doing it once takes.
 *
 *     cost FILE [MILLISECONDS]      FILE is read; each run lasts MILLISECONDS, else 4
 *
 * Read on: measure.h; mmap(2), pipe(7), pread(2), syscall(2).
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
#include <unistd.h>
#include "measure.h"

enum {
    PAGE = 4096,
    PAGES_MOST = 2048, /* 8 MiB at once, so that a small virtual machine has room */
    BLOCK = 64 * 1024, /* of the file */
    WARMUPS = 2,
    ROUNDS = 15,
};

/* A system call that does nothing: what is paid is the way into the kernel and back, and, in a
 * container, the filter that looks at each call. syscall(2), because a library may remember
 * who the parent is. */
static int system_calls(void *context, size_t count)
{
    (void)context;
    for (size_t i = 0; i < count; i++)
        if (syscall(SYS_getppid) == -1)
            return -1;
    return 0;
}

/* Memory that is asked for is only a promise. The first touch of each page faults, and the kernel
 * finds a page, clears it and maps it. In a virtual machine the page that the guest's kernel
 * found may be a promise of the host's in turn, and then there are two faults. */
static int page_faults(void *context, size_t count)
{
    (void)context;
    size_t size = count * PAGE;
    char *memory =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return -1;
    /* Small pages, everywhere: a kernel that gives 2 MiB at once would have one fault where
     * another one has 512. A kernel without such pages says EINVAL. */
    if (madvise(memory, size, MADV_NOHUGEPAGE) == -1 && errno != EINVAL)
        return -1;
    for (size_t at = 0; at < size; at += PAGE)
        *(volatile char *)(memory + at) = 1;
    return munmap(memory, size);
}

/* Two processes and two pipes: each message puts one to sleep and wakes the other up. */
struct pingpong {
    int to, from;
};

static int pingpongs(void *context, size_t count)
{
    const struct pingpong *pipes = context;
    char ball = 'o';
    for (size_t i = 0; i < count; i++)
        if (write(pipes->to, &ball, 1) != 1 || read(pipes->from, &ball, 1) != 1)
            return -1;
    return 0;
}

/* The other player; ends when nobody can write to it any more. */
static _Noreturn void play_back(int from, int to)
{
    char ball;
    while (read(from, &ball, 1) == 1)
        if (write(to, &ball, 1) != 1)
            break;
    _exit(0);
}

static int pingpong_start(struct pingpong *pipes, pid_t *player)
{
    int there[2], back[2];
    if (pipe(there) == -1 || pipe(back) == -1)
        return -1;
    *player = fork();
    if (*player == 0) {
        (void)close(there[1]); /* or we would hold our own pipe open, and never end */
        (void)close(back[0]);
        play_back(there[0], back[1]);
    }
    (void)close(there[0]);
    (void)close(back[1]);
    *pipes = (struct pingpong){.to = there[1], .from = back[0]};
    return *player == -1 ? -1 : 0;
}

/* One block from the file, always the same: after the first time it comes from the kernel's
 * memory, so this is the way through the file system and the copy, not the disk. */
static int file_reads(void *context, size_t count)
{
    static char block[BLOCK];
    const int *file = context;
    for (size_t i = 0; i < count; i++)
        if (pread(*file, block, sizeof block, 0) <= 0)
            return -1;
    return 0;
}

/* Measures and prints a line. Returns 0, or -1 after a line on stderr. */
static int report(const char *name, measure_work *work, void *context, uint64_t target,
                  size_t most)
{
    double samples[ROUNDS];
    struct measure_summary summary;
    struct measure_subject subject = {
        .work = work, .context = context, .samples = samples};
    subject.batch = measure_calibrate(work, context, target, most);
    if (subject.batch == 0 || measure_rounds(&subject, 1, WARMUPS, ROUNDS) == -1 ||
        measure_summary(samples, ROUNDS, &summary) == -1) {
        fprintf(stderr, "cost: %s: %s\n", name, strerror(errno));
        return -1;
    }
    printf("%s %.1f %.1f %.1f\n", name, summary.median, summary.low, summary.high);
    return 0;
}

int main(int argc, char **argv)
{
    struct pingpong pipes = {-1, -1};
    pid_t player = -1;
    double milliseconds = argc > 2 ? strtod(argv[2], NULL) : 4;
    int file = argc > 1 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
    if (file == -1 || milliseconds <= 0) {
        fprintf(stderr, "cost: cost FILE [MILLISECONDS]: FILE must be one to read\n");
        return 2;
    }
    if (pingpong_start(&pipes, &player) == -1) {
        fprintf(stderr, "cost: a second process: %s\n", strerror(errno));
        return 1;
    }
    uint64_t target = (uint64_t)(milliseconds * 1e6);
    int failed = report("system-call", system_calls, NULL, target, 1 << 20);
    failed |= report("page-fault", page_faults, NULL, target, PAGES_MOST);
    failed |= report("ping-pong", pingpongs, &pipes, target, 1 << 16);
    failed |= report("file-read", file_reads, &file, target, 1 << 16);
    (void)close(pipes.to); /* which ends the other player */
    while (waitpid(player, NULL, 0) == -1 && errno == EINTR)
        ;
    (void)close(file); /* it was only read */
    return failed == 0 && fflush(stdout) == 0 ? 0 : 1;
}
