/* test.c - the judge of lesson h06-interrupts.
 *
 * The player (probe.c) has one function of the learner's. What counts is what is in
 * guest memory afterwards, what KVM was asked, and what a real guest does: which handler it
 * got to, how often, and when. Addresses, vectors and programs are new in each run. See
 * tests/grader/grader.h.
 *
 * Here are the table and the list of all checks; frames are in test_frame.c, injection in
 * test_inject.c, the clock in test_run.c, the chips in test_chips.c.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "seen.h"

enum { GATE = 16, BUFFER = 0x100000 };

/* ud2, and, where it should lead to: a byte to port 0xf1. */
GUEST(undefined);
GUEST(reached);
__asm__(".section .rodata\n"
        "undefined: ud2\n"
        "undefined_end:\n"
        "reached: movl $0x600d, 0x280000\n"
        "out %al, $0xf1\n"
        "hlt\n"
        "reached_end:\n"
        ".text\n");

/* --- interrupts_pack -------------------------------------------------------------- */

/* Has a gate packed, and compares all 16 bytes with those of the manual. */
static void expect_gate(const char *what, uint64_t handler, unsigned selector,
                        unsigned stack, unsigned privilege, bool trap)
{
    uint8_t expected[GATE + 8] = {
        (uint8_t)handler,  (uint8_t)(handler >> 8),
        (uint8_t)selector, (uint8_t)(selector >> 8),
        stack & 7,         (uint8_t)(0x80 | (privilege & 3) << 5 | (trap ? 15 : 14)),
    };

    if (selector == 0)
        memset(expected, 0, GATE);
    else
        for (unsigned i = 0; i < 6; i++)
            expected[6 + i] = (uint8_t)(handler >> (16 + 8 * i));
    memset(expected + GATE, UNTOUCHED, 8);
    struct player *player =
        seen_start(DO("machine", word("fill:%d:64", BUFFER),
                      word("gate:6:0x%llx:%u:%u:%u:%d", (unsigned long long)handler,
                           selector, stack, privilege, trap),
                      word("pack:6:%d", BUFFER)));
    (void)player_ready(player);
    expect_guest(player, what, BUFFER, expected, sizeof expected);
}

static void pack_puts_the_handler_into_three_parts(void **state)
{
    (void)state;
    expect_gate("a gate to a low address", seen_random(0x10000000, 0x7fffffff), 8, 0, 0,
                false);
    expect_gate("a gate to a high address",
                0xffff800000000000 | seen_random(1ull << 40, 1ull << 46), 8, 0, 0, false);
}

static void pack_says_how_the_gate_may_be_used(void **state)
{
    uint64_t handler = seen_random(0x10000000, 0x7fffffff);

    (void)state;
    expect_gate("a trap gate", handler, 8, 0, 0, true);
    expect_gate("a gate for ring 3", handler, (unsigned)seen_random(1, 0xffff), 0, 3,
                false);
    expect_gate("a gate with a stack of its own", handler, 8, (unsigned)seen_random(1, 7),
                0, false);
    expect_gate("stack 0x0b and privilege 5: three bits and two", handler, 8, 0x0b, 5,
                false);
}

static void pack_leaves_nobody_there(void **state)
{
    (void)state;
    expect_gate("a gate with selector 0", seen_random(1ull << 32, 1ull << 46), 0, 3, 3,
                true);
}

/* A guest in the upper half: only all 64 bits of the handler lead there. */
static void pack_leads_a_guest_to_its_handler(void **state)
{
    uint64_t high = 0xffff800000000000 | seen_random(1, 0x7fffff) << 24;
    uint64_t offset = seen_random(1, 200) * 16, noted[4];
    struct player *player = seen_start(
        DO(MACHINE, CODE_AT(CODE, undefined), CODE_AT(HANDLER + offset, reached),
           word("map:0x%llx:0x%x:4096:0", (unsigned long long)high, HANDLER),
           gate_to(6, high + offset), TABLE, "run"));

    (void)state;
    seen_numbers(player, noted, 4);
    if (guest_word(player, COUNT) != 0x600d)
        judge_fail(
            "the guest's ud2 must lead it to the handler at 0x%llx; it did not get "
            "there, and the exit is number %d",
            (unsigned long long)(high + offset), (int)noted[2]);
}

/* --- interrupts_idt --------------------------------------------------------------- */

static void idt_writes_every_gate(void **state)
{
    unsigned count = (unsigned)seen_random(3, 9);
    uint64_t at = BUFFER + seen_random(1, 100) * 16, handlers[3];
    uint8_t expected[GATE];

    (void)state;
    for (unsigned i = 0; i < 3; i++)
        handlers[i] = seen_random(1ull << 32, 1ull << 46);
    struct player *player =
        seen_start(DO(MACHINE, word("fill:%d:8192", BUFFER), gate_to(0, handlers[0]),
                      gate_to(1, handlers[1]), gate_to(count - 1, handlers[2]),
                      word("idt:0x%llx:%u", (unsigned long long)at, count)));
    uint64_t noted[4];
    seen_numbers(player, noted, 2);
    expect_result("interrupts_idt", 0, 0, noted);
    for (unsigned i = 0; i < 3; i++) {
        uint64_t handler = handlers[i], vector = i < 2 ? i : count - 1;
        uint64_t low =
            (handler & 0xffff) | 8 << 16 | 0x8eull << 40 | (handler >> 16 & 0xffff) << 48;
        uint64_t high = handler >> 32;
        char name[64];
        memcpy(expected, &low, 8);
        memcpy(expected + 8, &high, 8);
        snprintf(name, sizeof name, "gate %u of %u", (unsigned)vector, count);
        expect_guest(player, name, at + vector * GATE, expected, GATE);
    }
    memset(expected, UNTOUCHED, sizeof expected);
    expect_guest(player, "what lies behind the last gate", at + count * GATE, expected,
                 GATE);
    expect_guest(player, "what lies before the first gate", at - GATE, expected, GATE);
}

/* The registers that the player has set last. */
static struct kvm_sregs last_sregs(struct player *player)
{
    struct kvm_sregs sregs;
    size_t count = player_kvm_count(player, KVM_SET_SREGS);
    const struct kvm_call *call =
        count > 0 ? seen_call(player, KVM_SET_SREGS, count - 1) : NULL;

    if (call == NULL || call->size < sizeof sregs)
        judge_cannot_run("no KVM_SET_SREGS was recorded");
    memcpy(&sregs, call->data, sizeof sregs);
    return sregs;
}

static void idt_sets_the_register(void **state)
{
    const unsigned counts[] = {1, (unsigned)seen_random(2, 255), 256};

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        uint64_t at = BUFFER + seen_random(1, 100) * 16;
        struct player *player =
            seen_start(DO(MACHINE, gate_to(0, HANDLER), "ready",
                          word("idt:0x%llx:%u", (unsigned long long)at, counts[i])));
        (void)player_ready(player);
        struct kvm_sregs before = last_sregs(player);
        size_t calls = player_kvm_count(player, KVM_SET_SREGS);
        player_go(player);
        uint64_t noted[2];
        seen_numbers(player, noted, 2);
        expect_result("interrupts_idt", 0, 0, noted);
        if (player_kvm_count(player, KVM_SET_SREGS) == calls)
            judge_fail("interrupts_idt must call KVM_SET_SREGS, or the processor does "
                       "not know of the table");
        struct kvm_sregs after = last_sregs(player);
        judge_expect_number("the base of the IDT", (long long)at,
                            (long long)after.idt.base);
        judge_expect_number("the limit of the IDT, its last byte",
                            (long long)counts[i] * GATE - 1, after.idt.limit);
        judge_expect_number("CR3, as it was", TABLES, (long long)after.cr3);
        judge_expect_number("the selector of cs, as it was", before.cs.selector,
                            after.cs.selector);
        judge_expect_number("the base of the GDT, as it was", (long long)before.gdt.base,
                            (long long)after.gdt.base);
    }
}

static void idt_refuses(void **state)
{
    uint8_t expected[GATE];
    uint64_t noted[10];
    uint64_t end = MEMORY - 4 * GATE;
    struct player *player = seen_start(
        DO(MACHINE, gate_to(0, HANDLER),
           word("fill:0x%llx:%d", (unsigned long long)end, 4 * GATE), "ready",
           word("idt:%d:0", BUFFER), word("idt:%d:257", BUFFER),
           word("idt:0x%llx:5", (unsigned long long)end), word("idt:0x%x:1", MEMORY),
           word("idt:0x%llx:2", (unsigned long long)-16ull)));

    (void)state;
    (void)player_ready(player);
    size_t calls = player_kvm_count(player, KVM_SET_SREGS);
    player_go(player);
    seen_numbers(player, noted, 10);
    expect_result("interrupts_idt of 0 gates", -1, EINVAL, noted);
    expect_result("interrupts_idt of 257 gates", -1, EINVAL, noted + 2);
    expect_result("interrupts_idt whose last gate is outside of memory", -1, EFAULT,
                  noted + 4);
    expect_result("interrupts_idt outside of memory", -1, EFAULT, noted + 6);
    expect_result("interrupts_idt over the end of all addresses", -1, EFAULT, noted + 8);
    memset(expected, UNTOUCHED, sizeof expected);
    expect_guest(player, "what a refused table has written", end, expected, GATE);
    if (player_kvm_count(player, KVM_SET_SREGS) != calls)
        judge_fail("a refused table must set nothing; KVM_SET_SREGS was called");
    player = seen_start(DO("machine", gate_to(0, HANDLER), word("idt:%d:1", BUFFER)));
    seen_numbers(player, noted, 2);
    expect_result("interrupts_idt of a vCPU that is closed", -1, EBADF, noted);
}

static void idt_leads_a_guest_to_its_handler(void **state)
{
    uint64_t offset = seen_random(1, 200) * 16, noted[6];
    struct player *player = seen_start(
        DO(MACHINE, CODE_AT(CODE, undefined), CODE_AT(HANDLER + offset, reached),
           gate_to(6, HANDLER + offset), word("idt:0x%x:%u", IDT, 7), "run"));

    (void)state;
    seen_numbers(player, noted, 6);
    if (guest_word(player, COUNT) != 0x600d)
        judge_fail(
            "with 7 gates, the guest's ud2 (vector 6) must lead it to its handler; "
            "it did not get there, and the exit is number %d",
            (int)noted[4]);
}

#define PAGE_TABLE "The table"
#define PAGE_FRAME "What the processor leaves behind"
#define PAGE_LIES "A guest that forges"
#define PAGE_INJECT "You are the chip"
#define PAGE_CLOCK "A clock"
#define PAGE_DEAF "Ticks that nobody hears"
#define PAGE_CHIPS "Chips in the kernel"
#define PAGE_LINE "A line that rises"

static const struct check checks[] = {
    {"pack.handler", "the handler's address, in three parts", "interrupts_pack", 5,
     PAGE_TABLE, pack_puts_the_handler_into_three_parts},
    {"pack.kind", "selector, stack, privilege and type", "interrupts_pack", 4, PAGE_TABLE,
     pack_says_how_the_gate_may_be_used},
    {"pack.none", "no selector: 16 bytes of 0", "interrupts_pack", 2, PAGE_TABLE,
     pack_leaves_nobody_there},
    {"pack.guest", "a guest in the upper half gets to its handler", "interrupts_pack", 4,
     PAGE_TABLE, pack_leads_a_guest_to_its_handler},
    {"idt.gates", "every gate is in its place", "interrupts_idt", 3, PAGE_TABLE,
     idt_writes_every_gate},
    {"idt.register", "the register says where, and the last byte", "interrupts_idt", 3,
     PAGE_TABLE, idt_sets_the_register},
    {"idt.guest", "a guest gets to its handler", "interrupts_idt", 2, PAGE_TABLE,
     idt_leads_a_guest_to_its_handler},
    {"idt.refuses", "what is no table is refused", "interrupts_idt", 2, PAGE_TABLE,
     idt_refuses},
    {"frame.plain", "the frame of an exception without a code", "interrupts_frame", 4,
     PAGE_FRAME, frame_of_an_exception},
    {"frame.code", "the frame behind an error code", "interrupts_frame", 5, PAGE_FRAME,
     frame_behind_an_error_code},
    {"frame.pages", "the stack is found through page tables", "interrupts_frame", 3,
     PAGE_FRAME, frame_through_page_tables},
    {"frame.refuses", "a stack that leads nowhere is said", "interrupts_frame", 3,
     PAGE_LIES, frame_says_what_cannot_be_read},
    {"inject.taken", "a guest that can takes the vector, once", "interrupts_inject", 5,
     PAGE_INJECT, inject_is_taken_when_the_guest_can},
    {"inject.waits", "a guest that cannot is not disturbed", "interrupts_inject", 5,
     PAGE_INJECT, inject_waits_until_it_can},
    {"inject.wish", "the wish to be told is taken back", "interrupts_inject", 4,
     PAGE_INJECT, inject_takes_its_wish_back},
    {"inject.one", "two vectors: one after the other", "interrupts_inject", 3,
     PAGE_INJECT, inject_gives_one_at_a_time},
    {"inject.refuses", "what is no interrupt, or not ours to make, is refused",
     "interrupts_inject", 3, PAGE_INJECT, inject_refuses},
    {"tick.due", "a tick is pending when it is due, not before", "interrupts_tick", 4,
     PAGE_CLOCK, tick_comes_when_it_is_due},
    {"tick.missed", "missed ticks are one tick", "interrupts_tick", 4, PAGE_DEAF,
     tick_makes_up_for_nothing},
    {"tick.rest", "nothing else changes", "interrupts_tick", 2, PAGE_DEAF,
     tick_changes_nothing_else},
    {"run.ticks", "each tick wakes the guest once, and in its time", "interrupts_run", 4,
     PAGE_CLOCK, run_wakes_a_guest_for_each_tick},
    {"run.sleeps", "while the guest halts, nobody works", "interrupts_run", 3, PAGE_CLOCK,
     run_sleeps_while_the_guest_halts},
    {"run.exits", "other exits are the caller's", "interrupts_run", 2, PAGE_CLOCK,
     run_hands_exits_to_its_caller},
    {"run.keeps", "a tick waits until it can be taken", "interrupts_run", 2, PAGE_DEAF,
     run_keeps_a_tick_until_it_can_be_taken},
    {"run.deadlock", "a halt that nothing ends is said", "interrupts_run", 2, PAGE_CLOCK,
     run_says_that_nothing_can_wake_it},
    {"run.stop", "it can be stopped, but not by a tick", "interrupts_run", 2, PAGE_CLOCK,
     run_can_be_stopped},
    {"chips.calls", "the calls, in their order", "interrupts_chips", 2, PAGE_CHIPS,
     chips_are_asked_for_in_order},
    {"chips.timer", "a guest ticks by itself", "interrupts_chips", 4, PAGE_CHIPS,
     chips_tick_by_themselves},
    {"chips.port", "port 0x61 is the timer's", "interrupts_chips", 2, PAGE_CHIPS,
     chips_answer_port_61},
    {"chips.refuses", "what KVM refuses is said", "interrupts_chips", 2, PAGE_CHIPS,
     chips_refuse},
    {"line.rises", "a line interrupts when it rises", "interrupts_line", 3, PAGE_LINE,
     line_interrupts_when_it_rises},
    {"line.chips", "without chips there is no line", "interrupts_line", 2, PAGE_LINE,
     line_needs_chips},
};

int main(int argc, char **argv)
{
    return judge_main(argc, argv, "h06-interrupts", checks,
                      sizeof checks / sizeof *checks);
}
