/* test_break.c - the judge of h03-monitor: breakpoints that are planted, and hit. */
#include <errno.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <string.h>
#include "seen.h"

enum { PLANTED = 0xee, NOBODY = 0x100000 }; /* the probe has 1 MiB */

/* Byte ADDRESS of memory, as the probe's word plant has filled it. */
static uint8_t memory_byte(unsigned seed, unsigned address)
{
    return (uint8_t)(seed + 7 * address);
}

/* The byte at ADDRESS and its neighbours must be as they were, but for PLANTED bytes in
 * the middle. */
static void expect_around(struct player *player, unsigned seed, unsigned address,
                          bool planted)
{
    uint8_t expected[3];

    for (unsigned i = 0; i < 3; i++)
        expected[i] = memory_byte(seed, address - 1 + i);
    if (planted)
        expected[1] = PLANTED;
    expect_guest(player,
                 planted ? "a breakpoint and its neighbours"
                         : "what stood there, and its neighbours",
                 address - 1, expected, sizeof expected);
}

/* An address for the byte I of several: far from each other. */
static unsigned somewhere(unsigned i)
{
    return 0x2000 + 0x1000 * i + seen_random(0, 0xff0);
}

void plant_replaces_one_byte(void **state)
{
    unsigned seed = seen_random(0, 255), at = somewhere(0);
    struct player *player =
        seen_start(WORDS("plant", words_of("%u", seed), words_of("%u", at)));

    (void)state;
    judge_expect_string("the result of monitor_plant, and errno", "0:0 ",
                        player_ready(player));
    expect_around(player, seed, at, true);
}

void plant_keeps_what_stood_there(void **state)
{
    unsigned seed = seen_random(0, 255), at[4];

    (void)state;
    for (unsigned i = 0; i < 4; i++)
        at[i] = somewhere(3 - i);
    struct player *player = seen_start(
        WORDS("plant", words_of("%u", seed), words_of("%u", at[0]), words_of("%u", at[1]),
              words_of("%u", at[2]), words_of("%u", at[3])));
    judge_expect_string("the results of monitor_plant", "0:0 0:0 0:0 0:0 ",
                        player_ready(player));
    player_go(player);
    (void)player_ready(player); /* all are lifted */
    for (unsigned i = 0; i < 4; i++)
        expect_around(player, seed, at[i], false);
}

void plant_refuses_a_second_one(void **state)
{
    unsigned seed = seen_random(0, 255), at = somewhere(0), other = somewhere(1);
    char expected[64];
    struct player *player =
        seen_start(WORDS("plant", words_of("%u", seed), words_of("%u", at),
                         words_of("%u", other), words_of("%u", at)));

    (void)state;
    snprintf(expected, sizeof expected, "0:0 0:0 -1:%d ", EEXIST);
    judge_expect_string("the results of two places, and of the first one again (errno "
                        "EEXIST)",
                        expected, player_ready(player));
    player_go(player);
    (void)player_ready(player); /* all are lifted */
    expect_around(player, seed, at, false);
}

void plant_has_room_for_sixteen(void **state)
{
    enum { PLACES = 17 };
    unsigned seed = seen_random(0, 255), at[PLACES];
    const char *words[PLACES + 3] = {"plant", words_of("%u", seed)};
    char expected[160] = "";

    (void)state;
    for (unsigned i = 0; i < PLACES; i++) {
        at[i] = somewhere(i);
        words[2 + i] = words_of("%u", at[i]);
        if (i < PLACES - 1)
            strcat(expected, "0:0 ");
    }
    snprintf(expected + strlen(expected), 16, "-1:%d ", ENOSPC);
    struct player *player = seen_start(words);
    judge_expect_string("the results of 17 places (the last: ENOSPC)", expected,
                        player_ready(player));
    expect_around(player, seed, at[15], true);
    expect_around(player, seed, at[16], false);
}

void plant_stays_in_memory(void **state)
{
    unsigned seed = seen_random(0, 255), at = somewhere(0);
    char expected[64];
    struct player *player =
        seen_start(WORDS("plant", words_of("%u", seed), words_of("%u", NOBODY),
                         words_of("%u", at), words_of("%u", NOBODY)));

    (void)state;
    snprintf(expected, sizeof expected, "-1:%d 0:0 -1:%d ", EFAULT, EFAULT);
    judge_expect_string("the results behind the end of memory (EFAULT, and again), and "
                        "inside",
                        expected, player_ready(player));
    player_go(player);
    (void)player_ready(player); /* all are lifted */
    expect_around(player, seed, at, false);
}

/* --- monitor_hit -------------------------------------------------------------------- */

/* COUNT nops, mov word ptr [DATA], VALUE, hlt: with the breakpoint at the mov, which has
 * six bytes. */
static const char *stopped_at(unsigned count, unsigned value)
{
    char nops[64] = "";

    for (unsigned i = 0; i < count; i++)
        strcat(nops, "90 ");
    return program("%s c7 06 %02x %02x %02x %02x f4", nops, WORD16(DATA), WORD16(value));
}

static void expect_hit(struct answer answer, unsigned offset)
{
    unsigned address = 0;

    (void)sscanf(answer.rest, "0x%x", &address);
    if (answer.result != 1)
        judge_fail("monitor_hit must return 1 at a planted breakpoint; it returned %d, "
                   "errno %d (%s)",
                   answer.result, answer.error, strerror(answer.error));
    judge_expect_number("the address that it says", CODE + offset, address);
}

void hit_knows_its_address(void **state)
{
    unsigned offset = seen_random(1, 9);

    (void)state;
    expect_hit(seen_answer(seen_start(
                   WORDS("hit", stopped_at(offset, 1), words_of("%u", offset)))),
               offset);
}

void hit_puts_the_guest_in_front(void **state)
{
    unsigned offset = seen_random(1, 9), value = seen_random(0x101, 0xffff);
    uint8_t expected[] = {WORD16(value)};
    struct kvm_regs regs;
    struct player *player =
        seen_start(WORDS("hit", stopped_at(offset, value), words_of("%u", offset)));

    (void)state;
    expect_hit(seen_answer(player), offset);
    if (!last_call(player, KVM_SET_REGS, &regs, sizeof regs))
        judge_fail("monitor_hit must call KVM_SET_REGS; it did not");
    judge_expect_number("rip of KVM_SET_REGS", offset, (long long)regs.rip);
    player_go(player);
    judge_expect_string("the exit when the breakpoint is lifted and the guest runs on "
                        "(5: halted)",
                        "5", player_ready(player));
    expect_guest(player, "what the instruction under the breakpoint has written",
                 CODE + DATA, expected, sizeof expected);
}

void hit_leaves_the_guests_own(void **state)
{
    unsigned port = seen_random(0x200, 0x3ff), byte = seen_random(1, 255), exit = 0;
    unsigned seen_port = 0, seen_byte = 0;
    /* mov dx, port; mov al, byte; jmp +1; nop (*); out dx, al; nop (*); hlt */
    struct player *player = seen_start(WORDS(
        "hit-own", program("ba %02x %02x b0 %02x eb 01 90 ee 90 f4", WORD16(port), byte),
        "7", "9"));
    struct answer answer = seen_answer(player);

    (void)state;
    if (answer.result != 0)
        judge_fail("monitor_hit must return 0 for an out of the guest's own that stands "
                   "between two breakpoints; it returned %d, errno %d",
                   answer.result, answer.error);
    (void)sscanf(answer.rest, "%u %x %x", &exit, &seen_port, &seen_byte);
    judge_expect_number("exit_reason after it: still to be answered", KVM_EXIT_IO, exit);
    judge_expect_number("the port in the run page after it", port, seen_port);
    judge_expect_number("the byte in the run page after it", byte, seen_byte);
    player_go(player);
    expect_hit(seen_answer(player), 9);
}

void hit_leaves_an_in(void **state)
{
    uint8_t value = (uint8_t)seen_random(1, 255);
    /* mov dx, 0x200; jmp +1; nop (*); in al, dx; mov [DATA], al; hlt */
    struct player *player = seen_start(
        WORDS("hit-in", program("ba 00 02 eb 01 90 ec a2 %02x %02x f4", WORD16(DATA)),
              "5", words_of("%u", value)));
    struct answer answer = seen_answer(player);

    (void)state;
    if (answer.result != 0)
        judge_fail("monitor_hit must return 0 for an in; it returned %d, errno %d",
                   answer.result, answer.error);
    player_go(player);
    judge_expect_string("the exit when the in is answered and the guest runs on (5: "
                        "halted)",
                        "5", player_ready(player));
    expect_guest(player, "the byte that the guest has read after that", CODE + DATA,
                 &value, 1);
}

void hit_says_that_there_is_no_vcpu(void **state)
{
    (void)state;
    expect_failure("monitor_hit of a vCPU that is closed", EBADF,
                   seen_answer(seen_start(WORDS("hit-closed"))));
}
