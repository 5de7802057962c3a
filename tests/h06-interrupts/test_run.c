/* test_run.c - the judge of h06-interrupts: the clock.
 *
 * What a tick is is arithmetic, and the probe says what it came to. Running with it is
 * judged by the guest: how often its handler has run, how often it was woken, and by what
 * the kernel says of the player's processor time.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "seen.h"

GUEST(counts);
GUEST(ticker);
GUEST(talks);
GUEST(turns_later);
GUEST(deadlock);
GUEST(spins);
__asm__(".section .rodata\n"
        "counts: incl 0x280000\n"
        "iretq\n"
        "counts_end:\n"

        /* halts until five ticks are counted, and counts how often it was woken */
        "ticker: sti\n"
        "hlt\n"
        "cli\n"
        "incl 0x280008\n"
        "cmpl $5, 0x280000\n"
        "jb ticker\n"
        "out %al, $0xf1\n"
        "hlt\n"
        "ticker_end:\n"

        "talks: out %al, $0xf1\n"
        "out %al, $0xf2\n"
        "hlt\n"
        "talks_end:\n"

        /* the second out comes when there was a tick */
        "turns_later: out %al, $0xf1\n"
        "sti\n"
        "1: cmpl $0, 0x280000\n"
        "je 1b\n"
        "cli\n"
        "out %al, $0xf2\n"
        "hlt\n"
        "turns_later_end:\n"

        "deadlock: cli\n"
        "1: hlt\n"
        "jmp 1b\n"
        "deadlock_end:\n"

        "spins: jmp spins\n"
        "spins_end:\n"
        ".text\n");

enum { MS = 1000000, TICKER = 5 };

/* --- interrupts_tick -------------------------------------------------------------- */

struct clock_state {
    uint64_t vector, period, next, pending, delivered;
};

/* What a clock becomes at NOW. */
static struct clock_state tick(const struct clock_state *clock, uint64_t now)
{
    struct clock_state after;
    struct player *player = seen_start(
        DO(word("clock-at:%llu:%llu:%llu:%llu:%llu", (unsigned long long)clock->vector,
                (unsigned long long)clock->period, (unsigned long long)clock->next,
                (unsigned long long)clock->pending, (unsigned long long)clock->delivered),
           word("tick:%llu", (unsigned long long)now)));

    seen_numbers(player, (uint64_t *)&after, sizeof after / 8);
    return after;
}

static struct clock_state any_clock(void)
{
    return (struct clock_state){
        .vector = seen_random(32, 255),
        .period = seen_random(1000, 20 * MS),
        .next = seen_random(1ull << 40, 1ull << 50),
        .delivered = seen_random(1, 1000),
    };
}

void tick_comes_when_it_is_due(void **state)
{
    struct clock_state clock = any_clock();

    (void)state;
    struct clock_state after = tick(&clock, clock.next - 1);
    judge_expect_number("pending, a nanosecond before a tick is due", 0,
                        (long long)after.pending);
    judge_expect_number("next, a nanosecond before a tick is due", (long long)clock.next,
                        (long long)after.next);
    after = tick(&clock, clock.next);
    judge_expect_number("pending, when a tick is due", 1, (long long)after.pending);
    judge_expect_number("next, when a tick is due: a period later",
                        (long long)(clock.next + clock.period), (long long)after.next);
}

void tick_makes_up_for_nothing(void **state)
{
    struct clock_state clock = any_clock();
    uint64_t periods = seen_random(5, 100000);
    uint64_t into = seen_random(1, clock.period - 1);

    (void)state;
    struct clock_state after = tick(&clock, clock.next + periods * clock.period + into);
    judge_expect_number("pending, when many ticks were missed", 1,
                        (long long)after.pending);
    judge_expect_number("periods from the tick that was due to the next one, when so "
                        "many and one were missed",
                        (long long)periods + 1,
                        (long long)((after.next - clock.next) / clock.period));
    judge_expect_number("nanoseconds by which the clock has shifted", 0,
                        (long long)((after.next - clock.next) % clock.period));
    /* When NOW is due itself, it is one of the missed. */
    after = tick(&clock, clock.next + periods * clock.period);
    judge_expect_number("next, when a tick is due right now: later than now",
                        (long long)(clock.next + (periods + 1) * clock.period),
                        (long long)after.next);
}

void tick_changes_nothing_else(void **state)
{
    struct clock_state clock = any_clock();

    (void)state;
    clock.pending = 1;
    struct clock_state after = tick(&clock, clock.next - 1);
    judge_expect_number("a tick that is pending, when none is due", 1,
                        (long long)after.pending);
    clock.pending = 0;
    after = tick(&clock, clock.next + 10 * clock.period);
    judge_expect_number("pending, when ticks are due", 1, (long long)after.pending);
    judge_expect_number("ticks delivered, which is not for this function to say",
                        (long long)clock.delivered, (long long)after.delivered);
    judge_expect_number("the vector", (long long)clock.vector, (long long)after.vector);
    judge_expect_number("the period", (long long)clock.period, (long long)after.period);
}

/* --- interrupts_run --------------------------------------------------------------- */

static double seconds(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time); /* a clock that every Linux has */
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Expects that interrupts_run has handed an out to PORT to its caller. */
static void expect_out(const char *what, unsigned port, const uint64_t noted[4])
{
    expect_result(what, 0, 0, noted);
    if (noted[2] != KVM_EXIT_IO || noted[3] != port)
        judge_fail("%s must end with the guest's out to port 0x%x; the exit is %d, port "
                   "0x%llx",
                   what, port, (int)noted[2], (unsigned long long)noted[3]);
}

void run_wakes_a_guest_for_each_tick(void **state)
{
    unsigned vector = (unsigned)seen_random(32, 255);
    uint64_t noted[4 + 5], period = 20 * MS;
    struct player *player = seen_start(
        DO(MACHINE, CODE_AT(CODE, ticker), CODE_AT(HANDLER, counts),
           gate_to(vector, HANDLER), TABLE, "ready", "alarm:3500",
           word("clock:%u:%llu", vector, (unsigned long long)period), "cycle", "ticks"));

    (void)state;
    (void)player_ready(player);
    double start = seconds();
    player_go(player);
    seen_numbers(player, noted, 4 + 5);
    double took = seconds() - start;
    expect_out("interrupts_run", 0xf1, noted);
    judge_expect_number("ticks that the guest has counted", TICKER,
                        (long long)(guest_word(player, COUNT) & 0xffffffff));
    judge_expect_number("times that its hlt has ended: once for each tick", TICKER,
                        (long long)(guest_word(player, WAKES) & 0xffffffff));
    judge_expect_number("clock->delivered", TICKER, (long long)noted[8]);
    if (took < (TICKER - 1) * (double)period / 1e9)
        judge_fail("five ticks, 20 ms apart, must take 80 ms at least; they took %.0f ms",
                   took * 1e3);
}

/* Processor time of the player so far, in hundredths of a second. */
static long busy(struct player *player)
{
    unsigned long user, kernel;
    const char *text = process_file(player_pid(player), "stat");
    const char *behind = strrchr(text, ')');

    if (behind == NULL ||
        sscanf(behind + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
               &kernel) != 2)
        judge_cannot_run("/proc/PID/stat of the player cannot be read");
    return (long)(user + kernel);
}

void run_sleeps_while_the_guest_halts(void **state)
{
    enum { PERIOD = 300, MOST = 4 };
    uint64_t noted[4];
    /* sti; hlt; cli; out */
    struct player *player =
        seen_start(DO(MACHINE, word("code:%d:fbf4fae6f1f4", CODE),
                      CODE_AT(HANDLER, counts), gate_to(32, HANDLER), TABLE, "ready",
                      "alarm:2500", word("clock:32:%d", PERIOD * MS), "cycle"));

    (void)state;
    (void)player_ready(player);
    long before = busy(player);
    player_go(player);
    seen_numbers(player, noted, 4);
    long after = busy(player);
    expect_out("interrupts_run", 0xf1, noted);
    judge_expect_number("ticks that the guest has counted", 1,
                        (long long)(guest_word(player, COUNT) & 0xffffffff));
    if (after - before > MOST)
        judge_fail(
            "a guest that halts for %d ms must cost no processor time: sleep until "
            "the next tick; it has cost %ld ms",
            PERIOD, (after - before) * 10);
}

void run_hands_exits_to_its_caller(void **state)
{
    uint64_t noted[8];
    struct player *player =
        seen_start(DO(MACHINE, CODE_AT(CODE, talks), TABLE, "alarm:3500",
                      "clock:32:100000000000", "cycle", "cycle"));

    (void)state;
    seen_numbers(player, noted, 8);
    expect_out("interrupts_run", 0xf1, noted);
    expect_out("interrupts_run, called again,", 0xf2, noted + 4);
}

void run_keeps_a_tick_until_it_can_be_taken(void **state)
{
    uint64_t noted[13];
    /* Between the two calls a tick becomes due; the guest has IF clear. */
    struct player *player =
        seen_start(DO(MACHINE, CODE_AT(CODE, turns_later), CODE_AT(HANDLER, counts),
                      gate_to(32, HANDLER), TABLE, "clock:32:60000000", "cycle",
                      "sleep:80", "alarm:800", "cycle", "ticks"));

    (void)state;
    seen_numbers(player, noted, 13);
    expect_out("interrupts_run", 0xf1, noted);
    expect_out("interrupts_run, called again when a tick was due,", 0xf2, noted + 4);
    judge_expect_number("clock->delivered: what the guest has counted",
                        (long long)(guest_word(player, COUNT) & 0xffffffff),
                        (long long)noted[12]);
}

void run_says_that_nothing_can_wake_it(void **state)
{
    uint64_t noted[4];
    struct player *player = seen_start(DO(MACHINE, CODE_AT(CODE, deadlock), TABLE,
                                          "alarm:1000", "clock:32:20000000000", "cycle"));

    (void)state;
    seen_numbers(player, noted, 4);
    expect_result("interrupts_run of a guest that halts with IF clear", -1, EDEADLK,
                  noted);
}

void run_can_be_stopped(void **state)
{
    uint64_t noted[4];
    struct player *player = seen_start(DO(MACHINE, CODE_AT(CODE, spins), TABLE,
                                          "alarm:100", "clock:32:100000000000", "cycle"));

    (void)state;
    seen_numbers(player, noted, 4);
    expect_result("interrupts_run, stopped by vcpu_stop, with no tick due,", -1, EINTR,
                  noted);
    player = seen_start(DO(MACHINE, word("code:%d:fbf4ebfd", CODE), TABLE, "alarm:100",
                           "clock:32:100000000000", "cycle"));
    seen_numbers(player, noted, 4);
    expect_result("interrupts_run, a signal comes while it sleeps,", -1, EINTR, noted);
    /* The guest never exits; it is the signal that lets us look at the clock. */
    player = seen_start(DO(MACHINE, CODE_AT(CODE, turns_later), CODE_AT(HANDLER, counts),
                           gate_to(32, HANDLER), TABLE, "clock:32:30000000", "cycle",
                           "alarm:60", "cycle"));
    uint64_t both[8];
    seen_numbers(player, both, 8);
    expect_out("interrupts_run, stopped when a tick is due, delivers it, and", 0xf2,
               both + 4);
}
