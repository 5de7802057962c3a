/* test.c - the judge of lesson h03-monitor.
 *
 * The player (probe.c) runs real guests with one function of the learner's. What counts
 * is what the guest has written into its memory, what KVM was asked, and what reached the
 * devices; the numbers in the programs are new in each run. See tests/grader/grader.h.
 *
 * Here are stepping and watches, and the list of all checks; breakpoints are in
 * test_break.c, devices in test_mmio.c, dirty pages and the trace in test_count.c.
 */
#include <errno.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <string.h>
#include "seen.h"

/* --- monitor_step ------------------------------------------------------------------- */

enum { WRITES = 6 };

/* Writes six random bytes to DATA and on, an instruction each, and halts. */
static const char *writes(uint8_t bytes[WRITES])
{
    char code[200] = "", part[32];

    for (unsigned i = 0; i < WRITES; i++) {
        bytes[i] = (uint8_t)seen_random(1, 255);
        snprintf(part, sizeof part, "c6 06 %02x %02x %02x ", WORD16(DATA + i), bytes[i]);
        strcat(code, part);
    }
    return program("%s f4", code);
}

/* Fails unless the last thing that KVM was asked about debugging was to end it. */
static void expect_debug_off(struct player *player)
{
    struct kvm_guest_debug debug;

    if (!last_call(player, KVM_SET_GUEST_DEBUG, &debug, sizeof debug))
        judge_fail("KVM_SET_GUEST_DEBUG must be called; it was not");
    judge_expect_number("control of the last KVM_SET_GUEST_DEBUG (0: all off)", 0,
                        debug.control);
}

/* Fails unless the last step has returned 1. */
static void expect_stepped(struct player *player)
{
    struct answer answer = seen_answer(player);

    if (answer.result != 1)
        judge_fail("monitor_step must return 1 when an instruction has been done; it "
                   "returned %d, errno %d (%s)",
                   answer.result, answer.error, strerror(answer.error));
}

static void step_runs_one_instruction(void **state)
{
    uint8_t bytes[WRITES], expected[WRITES] = {0};
    const char *code = writes(bytes);
    unsigned count = seen_random(1, WRITES - 1);
    struct player *player = seen_start(WORDS("step", code, words_of("%u", count)));

    (void)state;
    expect_stepped(player);
    memcpy(expected, bytes, count);
    expect_guest(player, "what the guest has written after a few steps of one byte each",
                 CODE + DATA, expected, sizeof expected);
}

static void step_is_over_after_it(void **state)
{
    uint8_t bytes[WRITES];
    struct player *player = seen_start(WORDS("step", writes(bytes), "2"));

    (void)state;
    expect_stepped(player);
    player_go(player);
    judge_expect_string("the exit when the guest runs on after two steps (5: halted, 4: "
                        "stepped still)",
                        "5", player_ready(player));
    expect_guest(player, "what the guest has written at its end", CODE + DATA, bytes,
                 sizeof bytes);
}

static void step_says_that_there_was_an_exit(void **state)
{
    /* mov dx, 0x80; out dx, al, and mov ax, 0xffff; mov ds, ax; mov [0x10], al */
    static const char *const programs[] = {"ba8000eef4", "b8ffff8ed8a21000f4"};
    static const unsigned exits[] = {KVM_EXIT_IO, KVM_EXIT_MMIO};

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct player *player = seen_start(WORDS("step-exit", programs[i]));
        struct answer answer = seen_answer(player);
        unsigned exit = 0;

        (void)sscanf(answer.rest, "%u", &exit);
        if (answer.result != 0)
            judge_fail("monitor_step must return 0 when the instruction exits (%s); it "
                       "returned %d, errno %d",
                       i ? "MMIO" : "a port", answer.result, answer.error);
        judge_expect_number("exit_reason then", exits[i], exit);
        expect_debug_off(player);
    }
}

static void step_can_be_stopped(void **state)
{
    uint8_t bytes[WRITES];
    struct player *player = seen_start(WORDS("step-stop", writes(bytes)));

    (void)state;
    expect_failure("monitor_step after vcpu_stop", EINTR, seen_answer(player));
    expect_debug_off(player);
    player_go(player);
    judge_expect_string("the exit when the guest runs on then (5: halted, 4: stepped "
                        "still)",
                        "5", player_ready(player));
}

static void step_says_that_there_is_no_vcpu(void **state)
{
    (void)state;
    expect_failure("monitor_step of a vCPU that is closed", EBADF,
                   seen_answer(seen_start(WORDS("step-closed"))));
}

/* --- monitor_watch ------------------------------------------------------------------ */

/* Runs the probe's word watch with WORDS, and copies what KVM was asked last. */
static void expect_watched(const char *const *words, struct kvm_guest_debug *debug)
{
    struct player *player = seen_start(words);

    expect_success("monitor_watch", seen_answer(player));
    if (!last_call(player, KVM_SET_GUEST_DEBUG, debug, sizeof *debug))
        judge_fail("monitor_watch must call KVM_SET_GUEST_DEBUG; it did not");
}

/* Either enabling bit of register N will do: local or global. */
static bool is_on(const struct kvm_guest_debug *debug, unsigned n)
{
    return (debug->arch.debugreg[7] >> (2 * n) & 3) != 0;
}

static unsigned kind_of(const struct kvm_guest_debug *debug, unsigned n)
{
    return debug->arch.debugreg[7] >> (16 + 4 * n) & 3;
}

static unsigned length_of(const struct kvm_guest_debug *debug, unsigned n)
{
    return debug->arch.debugreg[7] >> (18 + 4 * n) & 3;
}

static void watch_sets_the_registers(void **state)
{
    unsigned a = 8 * seen_random(1, 0x1000), b = 8 * seen_random(1, 0x1000);
    struct kvm_guest_debug debug;

    (void)state;
    expect_watched(
        WORDS("watch", words_of("%u", a), "1", "1", words_of("%u", b), "1", "1"), &debug);
    judge_expect_number("control (KVM_GUESTDBG_ENABLE, KVM_GUESTDBG_USE_HW_BP)",
                        KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_HW_BP, debug.control);
    judge_expect_number("the address in DR0", a, (long long)debug.arch.debugreg[0]);
    judge_expect_number("the address in DR1", b, (long long)debug.arch.debugreg[1]);
    for (unsigned n = 0; n < 4; n++)
        judge_expect_number(words_of("DR7 enables register %u", n), n < 2,
                            is_on(&debug, n));
}

static void watch_knows_four_lengths(void **state)
{
    static const unsigned lengths[] = {1, 2, 4, 8}, bits[] = {0, 1, 3, 2};
    struct kvm_guest_debug debug;

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        unsigned address = 8 * seen_random(1, 0x1000);
        expect_watched(
            WORDS("watch", words_of("%u", address), words_of("%u", lengths[i]), "1"),
            &debug);
        judge_expect_number(words_of("length bits for %u bytes", lengths[i]), bits[i],
                            length_of(&debug, 0));
    }
}

static void watch_knows_three_kinds(void **state)
{
    static const unsigned kinds[] = {3, 0, 1, 3}, lengths[] = {2, 1, 1, 4};
    struct kvm_guest_debug debug;
    const char *words[14] = {"watch"};

    (void)state;
    for (unsigned n = 0; n < 4; n++) {
        words[1 + 3 * n] = words_of("%u", 8 * seen_random(1, 0x1000));
        words[2 + 3 * n] = words_of("%u", lengths[n]);
        words[3 + 3 * n] = words_of("%u", kinds[n]);
    }
    expect_watched(words, &debug);
    for (unsigned n = 0; n < 4; n++)
        judge_expect_number(words_of("DR7's kind of register %u", n), kinds[n],
                            kind_of(&debug, n));
}

static void watch_of_nothing_is_off(void **state)
{
    struct kvm_guest_debug debug;

    (void)state;
    expect_watched(WORDS("watch"), &debug);
    judge_expect_number("control, with no watch", 0, debug.control);
}

static void watch_refuses_what_is_none(void **state)
{
    const char *const *const wrong[] = {WORDS("watch", "4096", "3", "1"),
                                        WORDS("watch", "4097", "2", "1"),
                                        WORDS("watch", "4100", "8", "3"),
                                        WORDS("watch", "4096", "2", "0"),
                                        WORDS("watch", "4096", "1", "2"),
                                        WORDS("watch", "4096", "0", "1"),
                                        WORDS("watch", "0", "1", "1", "1", "1", "1", "2",
                                              "1", "1", "3", "1", "1", "4", "1", "1")};

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct player *player = seen_start(wrong[i]);
        expect_failure(i < 6 ? words_of("monitor_watch, wrong watch %zu", i + 1)
                             : "monitor_watch of five",
                       EINVAL, seen_answer(player));
        judge_expect_number("calls of KVM_SET_GUEST_DEBUG for it", 0,
                            (long long)player_kvm_count(player, KVM_SET_GUEST_DEBUG));
    }
}

#define PAGE_STEP "One instruction"
#define PAGE_PLANT "A byte that stops"
#define PAGE_HIT "Past the breakpoint"
#define PAGE_WATCH "Who writes there?"
#define PAGE_MMIO "Memory that is a device"
#define PAGE_DIRTY "Which pages were written"
#define PAGE_TRACE "What an exit costs"

static const struct check checks[] = {
    {"step.one", "a step is one instruction", "monitor_step", 6, PAGE_STEP,
     step_runs_one_instruction},
    {"step.off", "a guest that runs on is not stepped any more", "monitor_step", 5,
     PAGE_STEP, step_is_over_after_it},
    {"step.exit", "an instruction that exits is not done yet", "monitor_step", 4,
     PAGE_STEP, step_says_that_there_was_an_exit},
    {"step.stop", "a step that is stopped fails, and leaves nothing on", "monitor_step",
     3, PAGE_STEP, step_can_be_stopped},
    {"step.closed", "a vCPU that refuses is a failure", "monitor_step", 2, PAGE_STEP,
     step_says_that_there_is_no_vcpu},
    {"watch.registers", "addresses are in DR0 and on, and enabled", "monitor_watch", 4,
     PAGE_WATCH, watch_sets_the_registers},
    {"watch.lengths", "1, 2, 4 and 8 bytes have their bits", "monitor_watch", 4,
     PAGE_WATCH, watch_knows_four_lengths},
    {"watch.kinds", "each register has its kind", "monitor_watch", 3, PAGE_WATCH,
     watch_knows_three_kinds},
    {"watch.off", "no watch is all off", "monitor_watch", 2, PAGE_WATCH,
     watch_of_nothing_is_off},
    {"watch.refused", "what no register can hold is refused", "monitor_watch", 2,
     PAGE_WATCH, watch_refuses_what_is_none},
    {"plant.byte", "one byte is replaced, and no other", "monitor_plant", 3, PAGE_PLANT,
     plant_replaces_one_byte},
    {"plant.back", "what stood there is kept", "monitor_plant", 2, PAGE_PLANT,
     plant_keeps_what_stood_there},
    {"plant.twice", "a second one at the same place is refused", "monitor_plant", 2,
     PAGE_PLANT, plant_refuses_a_second_one},
    {"plant.full", "there is room for sixteen", "monitor_plant", 1, PAGE_PLANT,
     plant_has_room_for_sixteen},
    {"plant.outside", "what is no guest memory is refused", "monitor_plant", 2,
     PAGE_PLANT, plant_stays_in_memory},
    {"hit.found", "a planted breakpoint is recognized, with its address", "monitor_hit",
     5, PAGE_HIT, hit_knows_its_address},
    {"hit.front", "the guest stands in front of the instruction, and can go on",
     "monitor_hit", 3, PAGE_HIT, hit_puts_the_guest_in_front},
    {"hit.own", "an out of the guest's own is none", "monitor_hit", 3, PAGE_HIT,
     hit_leaves_the_guests_own},
    {"hit.in", "an in beside a breakpoint is none", "monitor_hit", 2, PAGE_HIT,
     hit_leaves_an_in},
    {"hit.closed", "a vCPU that refuses is a failure", "monitor_hit", 2, PAGE_HIT,
     hit_says_that_there_is_no_vcpu},
    {"mmio.write", "what the guest writes reaches the device", "monitor_mmio", 4,
     PAGE_MMIO, mmio_hands_out_what_the_guest_writes},
    {"mmio.read", "what the device answers reaches the guest", "monitor_mmio", 5,
     PAGE_MMIO, mmio_hands_in_what_the_device_answers},
    {"mmio.sizes", "one, two, four and eight bytes, both ways", "monitor_mmio", 3,
     PAGE_MMIO, mmio_knows_four_sizes},
    {"mmio.range", "the first device that holds the whole access gets it", "monitor_mmio",
     3, PAGE_MMIO, mmio_finds_the_device_that_holds_all},
    {"mmio.overflow", "a sum that overflows is in no device", "monitor_mmio", 2,
     PAGE_MMIO, mmio_is_not_fooled_by_overflow},
    {"mmio.nobody", "where nobody is, reads give all ones", "monitor_mmio", 1, PAGE_MMIO,
     mmio_reads_all_ones_where_nobody_is},
    {"mmio.refused", "a length that makes no sense is refused", "monitor_mmio", 2,
     PAGE_MMIO, mmio_refuses_what_makes_no_sense},
    {"dirty.pages", "the pages that the guest has written are said", "monitor_dirty", 4,
     PAGE_DIRTY, dirty_says_which_pages},
    {"dirty.room", "the bitmap has a bit for each page, and no word more",
     "monitor_dirty", 2, PAGE_DIRTY, dirty_has_a_bit_for_each_page},
    {"dirty.slot", "the log is that of the slot", "monitor_dirty", 2, PAGE_DIRTY,
     dirty_reads_the_slot_that_is_meant},
    {"dirty.refused", "no log and no slot are failures", "monitor_dirty", 2, PAGE_DIRTY,
     dirty_says_that_there_is_no_log},
    {"run.counts", "exits are counted by their kind", "monitor_run", 4, PAGE_TRACE,
     run_counts_by_kind},
    {"run.inside", "the time in the guest is noted", "monitor_run", 2, PAGE_TRACE,
     run_measures_the_guest},
    {"run.answer", "the time that an answer takes is noted", "monitor_run", 2, PAGE_TRACE,
     run_measures_the_answer},
    {"run.fails", "a run that fails is counted nowhere", "monitor_run", 2, PAGE_TRACE,
     run_notes_nothing_of_a_failure},
};

int main(int argc, char **argv)
{
    return judge_main(argc, argv, "h03-monitor", checks, sizeof checks / sizeof *checks);
}
