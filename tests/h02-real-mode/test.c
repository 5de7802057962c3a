/* test.c - the judge of lesson h02-real-mode.
 *
 * The player (probe.c) runs real guests with one function of the learner's. What counts
 * is what the guest has written into its memory, what reached the devices, and what KVM
 * was asked; the numbers in the programs are new in each run. See
 * tests/grader/grader.h.
 *
 * Here are the processor's state, loading, and the list of all checks; ports are in
 * test_io.c, the loop is in test_loop.c.
 */
#include <errno.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <string.h>
#include "seen.h"

/* --- realmode_reset ----------------------------------------------------------------- */

enum { BEHIND = 0x80 }; /* programs write this far behind their first byte */

/* A place for a program: not 0100:0000, where one could have been by chance. */
struct place {
    unsigned segment, offset;
    char segment_text[16], offset_text[16];
};

static struct place some_place(void)
{
    struct place place = {.segment = seen_random(0x200, 0x7000),
                          .offset = seen_random(0x10, 0x7000)};

    snprintf(place.segment_text, sizeof place.segment_text, "0x%x", place.segment);
    snprintf(place.offset_text, sizeof place.offset_text, "0x%x", place.offset);
    return place;
}

static unsigned address_of(const struct place *place)
{
    return place->segment * 16 + place->offset;
}

/* Fails unless realmode_reset has returned 0, and the program has run to its hlt. */
static void expect_run(struct player *player)
{
    struct answer answer = seen_answer(player);

    expect_success("realmode_reset", answer);
    if (*answer.rest)
        judge_fail(
            "after realmode_reset the program there must run until its hlt; it ended "
            "with %s",
            answer.rest);
}

/* Runs CODE at PLACE after the learner's reset. */
static struct player *run_at(const struct place *place, const char *code)
{
    struct player *player =
        seen_start(WORDS("reset", place->segment_text, place->offset_text, code));

    expect_run(player);
    return player;
}

static void reset_puts_the_processor_there(void **state)
{
    struct place place = some_place();
    uint8_t byte = (uint8_t)seen_random(1, 255);
    struct player *player = run_at(
        &place, program("2e c6 06 %02x %02x %02x  f4", /* mov byte ptr cs:[...], byte */
                        WORD16(place.offset + BEHIND), byte));

    (void)state;
    expect_guest(player, "the byte that the program writes", address_of(&place) + BEHIND,
                 &byte, 1);
}

static void reset_gives_every_segment_its_base(void **state)
{
    static const unsigned prefixes[] = {0x3e, 0x26, 0x36, 0x64,
                                        0x65}; /* ds es ss fs gs */
    struct place place = some_place();
    uint8_t expected[5];
    char code[256] = "", part[64];

    (void)state;
    for (unsigned i = 0; i < 5; i++) {
        expected[i] = (uint8_t)seen_random(1, 255);
        snprintf(part, sizeof part, "%02x c6 06 %02x %02x %02x ", prefixes[i],
                 WORD16(place.offset + BEHIND + i), expected[i]);
        strcat(code, part);
    }
    struct player *player = run_at(&place, program("%s f4", code));
    expect_guest(player, "what is written through ds, es, ss, fs and gs",
                 address_of(&place) + BEHIND, expected, sizeof expected);
}

static void reset_gives_every_segment_its_selector(void **state)
{
    struct place place = some_place();
    uint8_t expected[12];
    char code[256] = "", part[64];

    (void)state;
    for (unsigned i = 0; i < 6; i++) { /* mov ax, sreg; mov cs:[...], ax */
        snprintf(part, sizeof part, "8c %02x 2e a3 %02x %02x ", 0xc0 + 8 * i,
                 WORD16(place.offset + BEHIND + 2 * i));
        strcat(code, part);
        expected[2 * i] = (uint8_t)place.segment;
        expected[2 * i + 1] = (uint8_t)(place.segment >> 8);
    }
    struct player *player = run_at(&place, program("%s f4", code));
    expect_guest(player,
                 "the selectors that the program sees in es, cs, ss, ds, fs and gs",
                 address_of(&place) + BEHIND, expected, sizeof expected);
}

/* What the player's last call of this request has passed. */
static void last_argument(struct player *player, unsigned long request, const char *name,
                          void *to, size_t size)
{
    size_t count;
    const struct kvm_call *calls = player_kvm_calls(player, &count);

    while (count > 0 && calls[count - 1].request != request)
        count--;
    if (count == 0)
        judge_fail("realmode_reset must call %s; it did not", name);
    if (calls[count - 1].size < size)
        judge_cannot_run("the argument of %s was not recorded", name);
    memcpy(to, calls[count - 1].data, size);
}

static void reset_sets_no_flag_but_the_one_that_is_always_set(void **state)
{
    struct place place = some_place();
    struct player *player = run_at(&place, "");
    struct kvm_regs regs;

    (void)state;
    last_argument(player, KVM_SET_REGS, "KVM_SET_REGS", &regs, sizeof regs);
    judge_expect_number("rflags of KVM_SET_REGS", 2, (long long)regs.rflags);
}

static void reset_gives_a_stack(void **state)
{
    static const uint8_t expected[] = {0xfe, 0xff};
    struct place place = some_place();
    struct player *player =
        run_at(&place, program("2e 89 26 %02x %02x  f4", WORD16(place.offset + BEHIND)));

    (void)state;
    expect_guest(player, "sp, as the program sees it", address_of(&place) + BEHIND,
                 expected, sizeof expected);
}

static void reset_leaves_nothing_of_before(void **state)
{
    static const uint8_t zeros[14];
    struct player *player = seen_start(WORDS(
        "reset-again",
        /* mov ax, 0x5a5a; mov bx, cx, dx, si, di; eax = cr0 | 1; cr0 = eax: protected
         * mode */
        program("b8 5a 5a  89 c3 89 c1 89 c2 89 c6 89 c7  0f 20 c0  0c 01  0f 22 c0  f4"),
        /* the registers, and cr0 in ax at last, to 0x500 and on */
        program(
            "a3 00 05  89 1e 02 05  89 0e 04 05  89 16 06 05  89 36 08 05  89 3e 0a 05"
            "  0f 20 c0  25 01 00  a3 0c 05  f4")));
    struct kvm_regs regs;

    (void)state;
    expect_run(player);
    expect_guest(player, "ax, bx, cx, dx, si, di, and the protected-mode bit of cr0",
                 CODE + 0x500, zeros, sizeof zeros);
    last_argument(player, KVM_SET_REGS, "KVM_SET_REGS", &regs, sizeof regs);
    if (regs.rbp != 0 || regs.r8 != 0 || regs.rflags != 2)
        judge_fail(
            "after a reset bp, r8 and the flags must be 0, 0 and 2; they are %llu, "
            "%llu and 0x%llx",
            regs.rbp, regs.r8, regs.rflags);
}

static void reset_says_that_there_is_no_vcpu(void **state)
{
    (void)state;
    expect_failure("realmode_reset of a vCPU that is closed", EBADF,
                   seen_answer(seen_start(WORDS("reset-closed"))));
}

/* --- realmode_load ------------------------------------------------------------------ */

enum { UNTOUCHED = 0xcc }; /* guest memory, before the probe's word load */

/* Byte I of the image that was made from SEED. */
static uint8_t image_byte(unsigned seed, size_t i)
{
    return (uint8_t)(seed + 7 * i);
}

/* Has SIZE bytes loaded, and looks at the first and the last three, and at both
 * neighbours. */
static void expect_loaded(unsigned segment, unsigned offset, size_t size)
{
    char words[4][16];
    unsigned seed = seen_random(0, 255), address = segment * 16 + offset;
    uint8_t first[4] = {UNTOUCHED}, last[4] = {0, 0, 0, UNTOUCHED};

    snprintf(words[0], sizeof words[0], "0x%x", segment);
    snprintf(words[1], sizeof words[1], "0x%x", offset);
    snprintf(words[2], sizeof words[2], "%zu", size);
    snprintf(words[3], sizeof words[3], "%u", seed);
    struct player *player =
        seen_start(WORDS("load", words[0], words[1], words[2], words[3]));
    expect_success("realmode_load", seen_answer(player));
    for (unsigned i = 0; i < 3; i++) {
        first[1 + i] = image_byte(seed, i);
        last[i] = image_byte(seed, size - 3 + i);
    }
    expect_guest(player, "the byte before the image, and its start", address - 1, first,
                 4);
    expect_guest(player, "the end of the image, and the byte behind it",
                 address + (unsigned)size - 3, last, address + size == 0x100000 ? 3 : 4);
}

/* Must fail with ERROR, and leave memory alone: at the first byte, and at the last
 * there is. */
static void expect_not_loaded(unsigned segment, unsigned offset, size_t size, int error)
{
    static const uint8_t untouched = UNTOUCHED;
    char words[3][16];

    snprintf(words[0], sizeof words[0], "0x%x", segment);
    snprintf(words[1], sizeof words[1], "0x%x", offset);
    snprintf(words[2], sizeof words[2], "%zu", size);
    struct player *player = seen_start(WORDS("load", words[0], words[1], words[2], "1"));
    expect_failure("realmode_load", error, seen_answer(player));
    expect_guest(player, "where the image would start", segment * 16 + offset, &untouched,
                 1);
    expect_guest(player, "the last byte of memory", 0xfffff, &untouched, 1);
}

static void load_copies_the_image(void **state)
{
    (void)state;
    expect_loaded(seen_random(0x100, 0x7000), seen_random(1, 0x7000),
                  seen_random(3, 0x6000));
}

static void load_fills_a_segment_and_no_more(void **state)
{
    unsigned offset = seen_random(1, 0xf000);

    (void)state;
    expect_loaded(0x1000, 0, 0x10000);
    expect_loaded(0x1000, offset, 0x10000 - offset);
    expect_not_loaded(0x1000, offset, 0x10001 - offset, EFBIG);
}

static void load_is_not_fooled_by_overflow(void **state)
{
    (void)state;
    expect_not_loaded(0x1000, 0x8000, 0x18000, EFBIG);
    expect_not_loaded(0x1000, 0xfff0, 0x10020, EFBIG);
}

static void load_stays_in_memory(void **state)
{
    (void)state;
    expect_loaded(0xf000, 0x8000, 0x8000); /* up to the last byte of 1 MiB */
    expect_not_loaded(0xf800, 0x7000, 0x1001, EFAULT);
    expect_not_loaded(0xffff, 0, 17, EFAULT);
}

static void load_refuses_an_empty_image(void **state)
{
    (void)state;
    expect_not_loaded(0x1000, 0, 0, EINVAL);
}

#define PAGE_RESET "Where a program runs"
#define PAGE_LOAD "A program in memory"
#define PAGE_IO "Out through a port"
#define PAGE_IN "In through a port"
#define PAGE_REP "Many at once"
#define PAGE_NOBODY "A port of nobody"
#define PAGE_LINE "A serial line"
#define PAGE_LOOP "The loop"
#define PAGE_UNKNOWN "An exit that nobody answers"
#define PAGE_STOP "A guest that does not come back"

static const struct check checks[] = {
    {"reset.place", "the program at segment:offset runs", "realmode_reset", 6, PAGE_RESET,
     reset_puts_the_processor_there},
    {"reset.bases", "ds, es, ss, fs and gs reach the same memory", "realmode_reset", 4,
     PAGE_RESET, reset_gives_every_segment_its_base},
    {"reset.selectors", "the program sees its segment in all six registers",
     "realmode_reset", 3, PAGE_RESET, reset_gives_every_segment_its_selector},
    {"reset.flags", "bit 1 of the flags is set, and no other", "realmode_reset", 2,
     PAGE_RESET, reset_sets_no_flag_but_the_one_that_is_always_set},
    {"reset.stack", "there is a stack at the top of the segment", "realmode_reset", 2,
     PAGE_RESET, reset_gives_a_stack},
    {"reset.again", "nothing is left of the program before", "realmode_reset", 2,
     PAGE_RESET, reset_leaves_nothing_of_before},
    {"reset.closed", "a vCPU that refuses is a failure", "realmode_reset", 1, PAGE_RESET,
     reset_says_that_there_is_no_vcpu},
    {"load.copy", "the image is in memory, and nothing beside it", "realmode_load", 4,
     PAGE_LOAD, load_copies_the_image},
    {"load.segment", "a segment can be filled, and not overfilled", "realmode_load", 3,
     PAGE_LOAD, load_fills_a_segment_and_no_more},
    {"load.overflow", "sums that overflow do not get in", "realmode_load", 3, PAGE_LOAD,
     load_is_not_fooled_by_overflow},
    {"load.memory", "memory can be filled, and not overfilled", "realmode_load", 3,
     PAGE_LOAD, load_stays_in_memory},
    {"load.empty", "an empty image is refused", "realmode_load", 2, PAGE_LOAD,
     load_refuses_an_empty_image},
    {"io.out", "what the guest writes reaches the device", "port_io", 4, PAGE_IO,
     io_hands_out_what_the_guest_writes},
    {"io.in", "what the device answers reaches the guest", "port_io", 4, PAGE_IN,
     io_hands_in_what_the_device_answers},
    {"io.sizes", "one, two and four bytes, both ways", "port_io", 4, PAGE_IN,
     io_knows_three_sizes},
    {"io.items", "each item of an exit is answered", "port_io", 4, PAGE_REP,
     io_takes_every_item},
    {"io.range", "a device has the ports of its range, both ends included", "port_io", 3,
     PAGE_IO, io_finds_the_device_by_its_range},
    {"io.nobody", "a port of nobody reads all ones", "port_io", 3, PAGE_NOBODY,
     io_reads_all_ones_where_nobody_is},
    {"io.bounds", "data outside of the run page is refused", "port_io", 3, PAGE_REP,
     io_stays_inside_the_page},
    {"line.in", "the guest gets the bytes that wait", "line_in", 2, PAGE_LINE,
     line_in_gives_what_waits},
    {"line.status", "the status says what waits, and takes nothing", "line_in", 3,
     PAGE_LINE, line_status_takes_nothing},
    {"line.out", "what the guest writes is sent", "line_out", 3, PAGE_LINE,
     line_out_sends},
    {"line.data-port", "only the data port sends", "line_out", 2, PAGE_LINE,
     line_out_sends_from_the_data_port_only},
    {"answer.halt", "a guest that halts is finished", "realmode_answer", 2, PAGE_LOOP,
     answer_ends_with_a_halt},
    {"answer.port", "a port is answered, and the guest may go on", "realmode_answer", 3,
     PAGE_LOOP, answer_goes_on_after_a_port},
    {"answer.counts", "exits are counted by their kind", "realmode_answer", 2, PAGE_LOOP,
     answer_counts_by_kind},
    {"answer.unknown", "an exit that nobody answers is no halt", "realmode_answer", 3,
     PAGE_UNKNOWN, answer_refuses_what_it_does_not_know},
    {"run.halt", "the guest runs on after each exit, until it halts", "realmode_run", 4,
     PAGE_LOOP, run_goes_on_until_the_guest_halts},
    {"run.unknown", "an exit that nobody answers ends the run", "realmode_run", 3,
     PAGE_UNKNOWN, run_ends_with_what_nobody_answers},
    {"run.stop", "a guest that loops can be stopped", "realmode_run", 3, PAGE_STOP,
     run_can_be_stopped},
    {"describe.mmio", "what the guest touched is said", "exit_describe", 3, PAGE_UNKNOWN,
     describe_says_what_the_guest_touched},
    {"describe.entry", "why hardware refused is said", "exit_describe", 1, PAGE_UNKNOWN,
     describe_says_why_hardware_refused},
    {"describe.error", "which error of KVM it was is said", "exit_describe", 2,
     PAGE_UNKNOWN, describe_says_which_error_it_was},
    {"describe.where", "where the guest stands, and what stands there, is said",
     "exit_describe", 2, PAGE_UNKNOWN, describe_says_where_the_guest_stands},
    {"describe.room", "a short buffer gets a short text", "exit_describe", 2,
     PAGE_UNKNOWN, describe_stays_in_its_buffer},
};

int main(int argc, char **argv)
{
    return judge_main(argc, argv, "h02-real-mode", checks,
                      sizeof checks / sizeof *checks);
}
