/* test_time.c - the checks of c06-cgroups for what takes time: cgroup_wait, cgroup_freeze,
 * cgroup_remove.
 *
 * A moment that must have passed is long (half a second), one that must not is much longer: a
 * busy machine is slow, but never fast.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "seen.h"
#include "test_time.h"

enum { MOMENT = 500000 }; /* microseconds */

static double seconds_now(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* this clock is always there */
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* What the processor has done for PID, in ticks of the clock. */
static long computed(pid_t pid)
{
    long user = 0, kernel = 0;
    const char *at =
        strrchr(process_file(pid, "stat"), ')'); /* its name may hold blanks */

    if (at)
        (void)sscanf(at, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld", &user,
                     &kernel);
    return user + kernel;
}

static double seconds_of(long ticks)
{
    return (double)ticks / (double)sysconf(_SC_CLK_TCK);
}

/* --- cgroup_wait ------------------------------------------------------------------ */

/* A player that is about to wait until "populated" is VALUE. */
static struct player *start_waiting(const char *value, const char *milliseconds)
{
    struct player *player = seen_start(WORDS("wait", value, milliseconds));

    (void)player_ready(player);
    player_go(player);
    return player;
}

void wait_now(void **state)
{
    double begun = seconds_now();
    struct answer answer = seen_answer(start_waiting("1", "15000"));

    (void)state;
    expect_success("cgroup_wait, for what is so already,", &answer);
    if (seconds_now() - begun > 10)
        judge_fail("cgroup_wait must return at once when it is so already; it took %.1f "
                   "seconds",
                   seconds_now() - begun);
}

void wait_later(void **state)
{
    struct player *player = start_waiting("0", "15000");

    (void)state;
    usleep(MOMENT);
    double ended = seconds_now();
    seen_write("one/cgroup.kill", "1");
    struct answer answer = seen_answer(player);
    expect_success("cgroup_wait, until the last process has ended,", &answer);
    judge_expect_number("\"populated\" of cgroup.events when it returned", 0,
                        answer.more[0]);
    if (seconds_now() - ended > 10)
        judge_fail("cgroup_wait must return when it is so; it took %.1f seconds more",
                   seconds_now() - ended);
}

void wait_other(void **state)
{
    struct player *player = start_waiting("0", "15000");

    (void)state;
    usleep(MOMENT);
    seen_write("one/cgroup.freeze", "1"); /* "frozen" changes */
    usleep(MOMENT);
    seen_write("one/cgroup.kill", "1");
    struct answer answer = seen_answer(player);
    expect_success("cgroup_wait, for \"populated\",", &answer);
    judge_expect_number("\"populated\" of cgroup.events when it returned (\"frozen\" "
                        "changed first)",
                        0, answer.more[0]);
}

void wait_timeout(void **state)
{
    double begun = seconds_now();
    struct answer answer = seen_answer(start_waiting("0", "1000"));

    (void)state;
    expect_failure("cgroup_wait, for what does not happen within 1000 ms,", ETIMEDOUT,
                   &answer);
    if (seconds_now() - begun < 1)
        judge_fail("cgroup_wait must wait for 1000 ms; it gave up after %.0f ms",
                   (seconds_now() - begun) * 1000);
}

void wait_asleep(void **state)
{
    struct player *player = start_waiting("0", "15000");

    (void)state;
    usleep(MOMENT);
    double begun = seconds_now();
    long before = computed(player_pid(player));
    usleep(2 * MOMENT);
    double used = seconds_of(computed(player_pid(player)) - before);
    double passed = seconds_now() - begun;
    seen_write("one/cgroup.kill", "1");
    struct answer answer = seen_answer(player);
    expect_success("cgroup_wait", &answer);
    /* On a busy machine one that never sleeps gets less, but hardly ever so little. */
    if (used > 0.15 * passed)
        judge_fail("cgroup_wait must sleep until the file has changed; within %.1f "
                   "seconds of waiting it computed for %.2f",
                   passed, used);
}

/* --- cgroup_freeze ---------------------------------------------------------------- */

/* What all descendants together compute in a moment. */
static long computed_in_a_moment(struct player *player)
{
    pid_t pids[16];
    size_t count = player_descendants(player, pids, 16);
    long sum = 0;

    for (size_t i = 0; i < count; i++)
        sum -= computed(pids[i]);
    usleep(MOMENT);
    for (size_t i = 0; i < count; i++)
        sum += computed(pids[i]);
    return sum;
}

void freeze_stops(void **state)
{
    struct player *player = seen_start(WORDS("freeze", "1"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_success("cgroup_freeze", &answer);
    judge_expect_string("cgroup.freeze", "1", seen_file("one/cgroup.freeze"));
    judge_expect_number("the number of its processes", 8, seen_processes("one"));
    long sum = computed_in_a_moment(player);
    if (sum > 0)
        judge_fail("frozen processes must not run; in half a second they computed for "
                   "%.2f seconds",
                   seconds_of(sum));
}

void freeze_waits(void **state)
{
    struct answer answer = seen_answer(seen_start(WORDS("freeze", "1")));

    (void)state;
    expect_success("cgroup_freeze", &answer);
    judge_expect_number("\"frozen\" of cgroup.events when it returned", 1,
                        answer.more[0]);
}

void freeze_thaws(void **state)
{
    struct player *player = seen_start(WORDS("freeze", "0"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_success("cgroup_freeze, with false,", &answer);
    judge_expect_string("cgroup.freeze", "0", seen_file("one/cgroup.freeze"));
    judge_expect_number("\"frozen\" of cgroup.events when it returned", 0,
                        answer.more[0]);
    if (computed_in_a_moment(player) <= 0)
        judge_fail("thawed processes must run on; in half a second none did");
}

void freeze_gone(void **state)
{
    struct answer answer = seen_answer(seen_start(WORDS("freeze-gone")));

    (void)state;
    expect_failure("cgroup_freeze, of a cgroup that has been removed,", ENOENT, &answer);
}

/* --- cgroup_remove ---------------------------------------------------------------- */

/* How many of the player's children have not ended. */
static int alive(struct player *player)
{
    pid_t pids[16];
    size_t count = player_descendants(player, pids, 16);
    int living = 0;

    for (size_t i = 0; i < count; i++)
        living += *process_status(pids[i], "State") != 'Z';
    return living;
}

void remove_processes(void **state)
{
    struct player *player = seen_start(WORDS("remove"));
    struct answer answer = seen_answer_after(player);

    (void)state;
    expect_success("cgroup_remove, of a cgroup with two processes,", &answer);
    expect_cgroup("one", false);
    judge_expect_number("the number of processes that live (one is elsewhere)", 1,
                        alive(player));
}

void remove_below(void **state)
{
    struct player *player = seen_start(WORDS("remove", "below"));
    struct answer answer = seen_answer_after(player);

    (void)state;
    expect_success("cgroup_remove, of a cgroup with cgroups in it,", &answer);
    expect_cgroup("one", false);
    judge_expect_number("the number of processes that live (one is elsewhere)", 1,
                        alive(player));
}

void remove_other(void **state)
{
    struct player *player = seen_start(WORDS("remove"));
    struct answer answer = seen_answer_after(player);

    (void)state;
    expect_success("cgroup_remove", &answer);
    expect_cgroup("other", true);
    judge_expect_number("the number of processes in the cgroup beside it", 1,
                        seen_processes("other"));
}

void remove_closed(void **state)
{
    struct player *player = seen_start(WORDS("remove"));

    (void)state;
    (void)player_ready(player);
    int before = process_descriptors(player_pid(player));
    player_go(player);
    struct answer answer = seen_answer(player);
    expect_success("cgroup_remove", &answer);
    judge_expect_number("the number of descriptors that it closed", 2,
                        before - process_descriptors(player_pid(player)));
}

void remove_failed(void **state)
{
    struct player *player = seen_start(WORDS("remove"));

    (void)state;
    (void)player_ready(player);
    int before = process_descriptors(player_pid(player));
    seen_make_roots("one");
    player_go(player);
    struct answer answer = seen_answer(player);
    expect_failure("cgroup_remove, with a cgroup of another user in it,", EACCES,
                   &answer);
    judge_expect_number("the number of descriptors that it closed", 2,
                        before - process_descriptors(player_pid(player)));
    judge_expect_number("the number of processes in it", 0, seen_processes("one"));
}
