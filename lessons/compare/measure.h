/* measure.h - figures that one may believe: the contract of x01-compare.
 *
 * A figure lies in four ways, and each function here shuts one door. A clock that somebody sets
 * jumps (measure_now). What is shorter than the clock's step, or than a hiccup of the machine,
 * is measured many times in one go (measure_calibrate). The first runs pay for empty caches,
 * and a machine that slows down must slow all down, so runs take turns and the first rounds
 * do not count (measure_rounds). One outlier moves a mean as far as it likes, and a median
 * hardly (measure_summary). And memory that two processes share is not there twice
 * (measure_memory, measure_tree, measure_group).
 *
 * Read on: clock_gettime(2), proc(5) on smaps_rollup, Documentation/admin-guide/cgroup-v2.rst;
 * the page lessons/x01-compare.
 */
#ifndef MEASURE_H
#define MEASURE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Something to be measured: does it COUNT times. Returns 0, or -1 with errno. */
typedef int measure_work(void *context, size_t count);

/* One of several works that are compared. */
struct measure_subject {
    measure_work *work;
    void *context;
    size_t batch; /* how often it is done in one run: what measure_calibrate says, or 1 */
    double *samples; /* room for one number a round: nanoseconds for doing it once */
};

/* What a list of numbers says. Half of all lie from LOW to HIGH. */
struct measure_summary {
    size_t count;
    double median;
    double low, high; /* the quartiles: a quarter lies below LOW, one above HIGH */
    double least, greatest;
};

/* Nanoseconds since some moment in the past, by a clock that nobody sets: CLOCK_MONOTONIC. */
uint64_t measure_now(void);

/* How often WORK must be done in one go to last TARGET nanoseconds: it is done once, then twice,
 * four times and so on, until that takes TARGET or the count has reached MOST (which is at
 * least 1). Returns that count, MOST at the most; 0 with the errno of WORK when it fails.
 */
size_t measure_calibrate(measure_work *work, void *context, uint64_t target, size_t most);

/* Measures COUNT subjects in turn: a round does the batch of each one, first to last. The first
 * WARMUPS rounds are done and forgotten; ROUNDS more follow, and round r puts the time of a
 * batch divided by its size into samples[r] of each. Returns 0, or -1 with the errno of the work
 * that failed, at once, and then the samples mean nothing.
 */
int measure_rounds(const struct measure_subject *subjects, size_t count, size_t warmups,
                   size_t rounds);

/* Fills in SUMMARY of the COUNT numbers in VALUES, which stay as they are. The median of an even
 * number of values is the middle of the two in the middle. The quartiles stand a quarter and
 * three quarters of the way from the first to the last in order, between two values if
 * need be: of 1 2 3 4 they are 1.75 and 3.25. Returns 0, or -1 with errno: EINVAL for no
 * values, ENOMEM.
 */
int measure_summary(const double *values, size_t count, struct measure_summary *summary);

/* The fair share of the memory of the process PID, in bytes: its PSS, in which a page that n
 * processes share counts for one nth. Returns it, or -1 with errno of open(2): ENOENT when
 * there is no such process; ESRCH when it has ended; ENODATA when it has no memory of its own,
 * like a thread of the kernel.
 */
int64_t measure_memory(pid_t pid);

/* The sum of measure_memory over the process ROOT, its children, their children and so on, as
 * /proc shows them. One that ends meanwhile counts for nothing. Returns it, or -1 with errno:
 * ENOENT when there is no process ROOT, or of opendir(3).
 */
int64_t measure_tree(pid_t root);

/* What the kernel has charged to the cgroup (version 2) with the directory PATH, in bytes: the
 * processes' pages, and what the kernel itself keeps for them. CURRENT is now, PEAK the most that
 * it has ever been; either may be NULL. Returns 0, or -1 with errno of open(2), or ENODATA for a
 * file that is no number. A kernel before 5.19 has no memory.peak: that is ENOENT, with CURRENT
 * filled in.
 */
int measure_group(const char *path, int64_t *current, int64_t *peak);

#endif
