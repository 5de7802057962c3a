/* clocks.c - the word `clock`: what is measured while somebody sets the clock on the wall.
 *
 * Setting it needs CAP_SYS_TIME, and every program of the machine sees it, so that is done in
 * the lab machine only; it is set right again at once, by the clock that nobody sets.
 *
 * Read on: clock_gettime(2), clock_settime(2); adjtimex(2), by which a network does the same in
 * smaller steps.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "channel.h"
#include "core.h"

enum { HOUR = 3600, WORK = 20000000 /* nanoseconds */ };

static double clock_of(clockid_t clock)
{
    struct timespec time;
    (void)clock_gettime(clock, &time); /* it cannot fail for these */
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* Moves the clock on the wall by SECONDS. */
static int move_wall_clock(int seconds)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_REALTIME, &time);
    time.tv_sec += seconds;
    return clock_settime(CLOCK_REALTIME, &time);
}

static void print_time(const char *clock, double nanoseconds)
{
    printf("  %-34s %s%s\n", clock, nanoseconds < 0 ? "-" : "",
           works_time(nanoseconds < 0 ? -nanoseconds : nanoseconds));
}

/* How long a work of 20 ms took, by two clocks, while one of them is moved. */
static int measure_and_move(struct tutor *tutor, int seconds)
{
    uint64_t before = measure_now();
    double wall = clock_of(CLOCK_REALTIME);
    works_spin(WORK);
    if (seconds && move_wall_clock(-seconds) == -1)
        return tutor_error(tutor, "clock_settime: %s: it takes CAP_SYS_TIME",
                           strerror(errno));
    uint64_t after = measure_now();
    double wall_after = clock_of(CLOCK_REALTIME);
    if (seconds)
        (void)move_wall_clock(seconds); /* it worked the other way */
    printf("a work of 20 ms%s took\n",
           seconds ? ", while the clock on the wall is set back by an hour," : "");
    print_time("by CLOCK_REALTIME", wall_after - wall);
    print_time("by measure_now", (double)(int64_t)(after - before));
    return 0;
}

int core_clock(struct tutor *tutor, int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "back") != 0) {
        (void)tutor_error(tutor, "%s: `clock`, or `clock back`", argv[1]);
        return 2;
    }
    if (argc > 1 && access(CHANNEL_ASK /* only the lab machine has it */, F_OK) == -1)
        return tutor_error(tutor, "back: it would set the clock of this host: "
                                  "build/boxwork open x01 --machine");
    if (argc > 1)
        return measure_and_move(tutor, HOUR);
    printf("CLOCK_REALTIME   %.3f s since 1970\n", clock_of(CLOCK_REALTIME) / 1e9);
    printf("CLOCK_MONOTONIC  %.3f s since this machine began\n",
           clock_of(CLOCK_MONOTONIC) / 1e9);
    printf("measure_now      %.3f s\n", (double)measure_now() / 1e9);
    return measure_and_move(tutor, 0);
}
