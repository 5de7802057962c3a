/* probe.c - the player of lesson x01-compare: calls the learner's functions, one word each.
 *
 * The works that a function measures are written here, and so is what they write down: how often
 * they were asked, in which order, for how many at a time. See tests/grader/probe.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "measure.h"
#include "probe.h"

enum { MIB = 1024 * 1024, LOG = 256 };

/* Ends the probe when something goes wrong that is no fault of the learner's. */
static void need(bool good, const char *what)
{
    if (!good) {
        perror(what);
        exit(99);
    }
}

static void sleep_for(int milliseconds)
{
    struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000L};

    while (nanosleep(&time, &time) == -1)
        need(errno == EINTR, "nanosleep");
}

/* --- measure_now ------------------------------------------------------------------ */

/* now [SECONDS]: in a time namespace whose clocks are ahead by that, CLOCK_BOOTTIME by twice. */
static int now(int argc, char **argv)
{
    if (argc > 1) {
        long seconds = atol(argv[1]);
        need(unshare(CLONE_NEWTIME) == 0, "unshare(CLONE_NEWTIME)");
        FILE *file = fopen("/proc/self/timens_offsets", "we");
        need(file != NULL, "timens_offsets");
        fprintf(file, "monotonic %ld 0\nboottime %ld 0\n", seconds, 2 * seconds);
        need(fclose(file) == 0, "timens_offsets");
        int fd = open("/proc/self/ns/time_for_children", O_RDONLY | O_CLOEXEC);
        need(fd != -1 && setns(fd, CLONE_NEWTIME) == 0, "setns");
        close(fd);
    }
    uint64_t first = measure_now();
    probe_ready("%" PRIu64, first);
    return 0;
}

/* now-fine: many moments, in nanoseconds; what they have in common. */
static int now_fine(int argc, char **argv)
{
    enum { TIMES = 2000 };
    uint64_t before = 0, odd = 0, back = 0;

    (void)argc, (void)argv;
    for (int i = 0; i < TIMES; i++) {
        uint64_t moment = measure_now();
        odd += moment % 1000 != 0;
        back += moment < before;
        before = moment;
    }
    probe_ready("%" PRIu64 " %" PRIu64, odd, back);
    return 0;
}

/* --- measure_calibrate ------------------------------------------------------------ */

/* A work that takes no time until it is asked for COUNT at a time, and then some. */
struct patient {
    size_t some, enough; /* counts: from SOME on it takes 60 ms, from ENOUGH on 400 ms */
    int fail;            /* it fails when it is asked for the FAILth time; 0: never */
    size_t counts[LOG];
    int runs;
};

static int patient(void *context, size_t count)
{
    struct patient *work = context;

    need(work->runs < LOG, "a work that is asked for too often");
    work->counts[work->runs++] = count;
    if (work->runs == work->fail) {
        errno = EDOM;
        return -1;
    }
    sleep_for(count >= work->enough ? 400 : count >= work->some ? 60 : 0);
    return 0;
}

/* calibrate SOME ENOUGH MOST FAIL: to last 300 ms. */
static int calibrate(int argc, char **argv)
{
    struct patient work = {0};
    char list[2048] = "";

    (void)argc;
    work.some = strtoul(argv[1], NULL, 10);
    work.enough = strtoul(argv[2], NULL, 10);
    work.fail = atoi(argv[4]);
    errno = 0;
    size_t count =
        measure_calibrate(patient, &work, 300000000, strtoul(argv[3], NULL, 10));
    int error = errno;
    for (int i = 0; i < work.runs; i++)
        snprintf(list + strlen(list), sizeof list - strlen(list), " %zu", work.counts[i]);
    probe_ready("%zu %d%s", count, error, list);
    return 0;
}

/* --- measure_rounds --------------------------------------------------------------- */

static char order[LOG];
static int ordered;

/* A work that writes down its name, and sleeps for as long as it is told to: for each of its runs
 * in turn. */
struct sleeper {
    char name;
    const int *milliseconds; /* ended by -1, which is the last for ever; NULL: none */
    int fail;                /* as above */
    int runs;
    size_t count; /* what it was asked for last */
};

static int sleeper(void *context, size_t count)
{
    struct sleeper *work = context;

    need(ordered < LOG - 1, "a work that is run too often");
    order[ordered++] = work->name;
    work->count = count;
    work->runs++;
    if (work->runs == work->fail) {
        errno = EDOM;
        return -1;
    }
    if (work->milliseconds && *work->milliseconds >= 0)
        sleep_for(*work->milliseconds++);
    return 0;
}

enum { ROUNDS_MOST = 16 };

/* Measures, and tells result, errno, order, and the samples of the last subject, in us. */
static int tell_rounds(struct sleeper *works, size_t count, size_t batch, size_t warmups,
                       size_t rounds)
{
    double samples[3][ROUNDS_MOST];
    struct measure_subject subjects[3];
    char list[1024] = "";

    for (size_t i = 0; i < count; i++) {
        for (size_t r = 0; r < ROUNDS_MOST; r++)
            samples[i][r] = -1;
        subjects[i] = (struct measure_subject){sleeper, &works[i], batch, samples[i]};
    }
    errno = 0;
    int result = measure_rounds(subjects, count, warmups, rounds);
    int error = errno;
    for (size_t r = 0; r < ROUNDS_MOST; r++)
        snprintf(list + strlen(list), sizeof list - strlen(list), " %.0f",
                 samples[count - 1][r] / (samples[count - 1][r] > 0 ? 1e3 : 1));
    probe_ready("%d %d %s %zu%s", result, error, ordered ? order : "none",
                works[count - 1].count, list);
    return 0;
}

/* rounds-order WARMUPS ROUNDS [FAIL]: three works that take no time; the second fails. */
static int rounds_order(int argc, char **argv)
{
    struct sleeper works[] = {{.name = 'a'}, {.name = 'b'}, {.name = 'c'}};

    works[1].fail = argc > 3 ? atoi(argv[3]) : 0;
    return tell_rounds(works, 3, 1, strtoul(argv[1], NULL, 10),
                       strtoul(argv[2], NULL, 10));
}

/* rounds-times BATCH WARMUPS MILLISECONDS...: one work, which sleeps. */
static int rounds_times(int argc, char **argv)
{
    int times[ROUNDS_MOST + 1];
    int rounds = argc - 3;

    need(rounds < ROUNDS_MOST, "rounds");
    for (int i = 0; i < rounds; i++)
        times[i] = atoi(argv[i + 3]);
    times[rounds] = -1;
    struct sleeper work = {.name = 'a', .milliseconds = times};
    size_t warmups = strtoul(argv[2], NULL, 10);
    return tell_rounds(&work, 1, strtoul(argv[1], NULL, 10), warmups,
                       (size_t)rounds - warmups);
}

/* --- measure_summary -------------------------------------------------------------- */

/* summary NUMBER...: and whether they are where they were. */
static int summary(int argc, char **argv)
{
    double values[32] = {0}, before[32];
    struct measure_summary summary = {0};
    size_t count = (size_t)argc - 1;

    need(count <= 32, "numbers");
    for (size_t i = 0; i < count; i++)
        before[i] = values[i] = atof(argv[i + 1]);
    errno = 0;
    int result = measure_summary(values, count, &summary);
    int error = errno;
    bool moved = count > 0 && memcmp(values, before, count * sizeof *values) != 0;
    probe_ready("%d %d %zu %.9g %.9g %.9g %.9g %.9g %d", result, error, summary.count,
                summary.median, summary.low, summary.high, summary.least,
                summary.greatest, moved);
    return 0;
}

/* --- measure_memory, measure_tree --------------------------------------------------- */

static void fill(size_t size)
{
    char *memory =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    need(memory != MAP_FAILED && madvise(memory, size, MADV_NOHUGEPAGE) == 0, "mmap");
    memset(memory, 1, size);
}

/* A process that has SIZE bytes of its own beside what it shares with its parent. */
static pid_t born(size_t size, int tell)
{
    pid_t child = fork();

    need(child != -1, "fork");
    if (child == 0) {
        need(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0, "prctl");
        fill(size);
        need(write(tell, "x", 1) == 1, "pipe");
    }
    return child;
}

_Noreturn static void stand_still(void)
{
    for (;;)
        pause();
}

static void wait_for(int tell, int processes)
{
    char byte;

    for (int i = 0; i < processes; i++)
        need(read(tell, &byte, 1) == 1, "a child");
}

/* family ALONE|CHILD|GRANDCHILD|NAMED, with memory that all share, and one beside it that does not
 * belong to it: what measure_tree says of the first one. */
static int family(int argc, char **argv)
{
    const char *kind = argv[1];
    bool child = strcmp(kind, "alone") != 0, grandchild = strcmp(kind, "grandchild") == 0;
    int tell[2];

    (void)argc;
    need(pipe2(tell, O_CLOEXEC) == 0, "pipe");
    fill(6 * MIB);
    if (born(24 * MIB, tell[1]) == 0)
        stand_still(); /* a neighbour */
    wait_for(tell[0], 1);
    pid_t first = born(2 * MIB, tell[1]);
    if (first == 0) {
        if (child && born(5 * MIB, tell[1]) == 0) {
            if (strcmp(kind, "named") == 0)
                need(prctl(PR_SET_NAME, "x) R 1 (x") == 0, "prctl");
            if (grandchild && born(11 * MIB, tell[1]) == 0)
                stand_still();
            stand_still();
        }
        stand_still();
    }
    wait_for(tell[0], 1 + child + grandchild);
    sleep_for(20); /* a name, and pause(2) */
    errno = 0;
    int64_t sum = measure_tree(first);
    probe_ready("%" PRId64 " %d", sum, errno);
    return 0;
}

/* memory: of a child that shares memory with this process. */
static int memory(int argc, char **argv)
{
    int tell[2];

    (void)argc, (void)argv;
    need(pipe2(tell, O_CLOEXEC) == 0, "pipe");
    fill(16 * MIB);
    pid_t child = born(3 * MIB, tell[1]);
    if (child == 0)
        stand_still();
    wait_for(tell[0], 1);
    sleep_for(20);
    errno = 0;
    int64_t size = measure_memory(child);
    probe_ready("%" PRId64 " %d", size, errno);
    return 0;
}

/* A number that no process has. */
static pid_t nobody(void)
{
    pid_t child = fork();

    need(child != -1, "fork");
    if (child == 0)
        _exit(0);
    need(waitpid(child, NULL, 0) == child, "waitpid");
    return child;
}

/* memory-gone [ended]: of no process; of one that has ended, and that nobody has waited for. */
static int memory_gone(int argc, char **argv)
{
    pid_t pid = nobody();

    (void)argv;
    if (argc > 1) {
        siginfo_t info;
        pid = fork();
        need(pid != -1, "fork");
        if (pid == 0)
            _exit(0);
        need(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) == 0, "waitid");
    }
    errno = 0;
    int64_t size = measure_memory(pid);
    probe_ready("%" PRId64 " %d", size, errno);
    return 0;
}

static int tree_gone(int argc, char **argv)
{
    (void)argc, (void)argv;
    pid_t pid = nobody();
    errno = 0;
    int64_t size = measure_tree(pid);
    probe_ready("%" PRId64 " %d", size, errno);
    return 0;
}

/* --- measure_group ------------------------------------------------------------------ */

#define GROUP "/tmp/group"

static void make_file(const char *name, const char *text)
{
    char path[128];

    if (strcmp(text, "-") == 0)
        return;
    snprintf(path, sizeof path, GROUP "/%s", name);
    FILE *file = fopen(path, "we");
    need(file && fprintf(file, "%s\n", text) > 0 && fclose(file) == 0, path);
}

/* group CURRENT PEAK both|current|peak: what is in the files ("-": there is none), and what is
 * asked for. */
static int group(int argc, char **argv)
{
    int64_t current = -7, peak = -7;
    bool no_peak = strcmp(argv[3], "current") == 0;
    bool no_current = strcmp(argv[3], "peak") == 0;

    (void)argc;
    need(mkdir(GROUP, 0755) == 0, GROUP);
    make_file("memory.current", argv[1]);
    make_file("memory.peak", argv[2]);
    errno = 0;
    int result =
        measure_group(GROUP, no_current ? NULL : &current, no_peak ? NULL : &peak);
    probe_ready("%d %d %" PRId64 " %" PRId64, result, errno, current, peak);
    return 0;
}

const struct probe_word probe_words[] = {
    {"now", now},
    {"now-fine", now_fine},
    {"calibrate", calibrate},
    {"rounds-order", rounds_order},
    {"rounds-times", rounds_times},
    {"summary", summary},
    {"family", family},
    {"memory", memory},
    {"memory-gone", memory_gone},
    {"tree-gone", tree_gone},
    {"group", group},
    {0},
};
