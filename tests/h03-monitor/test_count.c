/* test_count.c - the judge of h03-monitor: pages that were written, and exits that were
 * counted. */
#include <errno.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <string.h>
#include "seen.h"

/* --- monitor_dirty ------------------------------------------------------------------ */

/* Behind the result: "BEYOND WORD WORD". */
struct log {
    long pages;
    int beyond;
    unsigned long long words[2];
};

static struct log read_log(struct answer answer)
{
    struct log log = {.pages = answer.result, .beyond = -1};

    if (answer.result < 0)
        judge_fail("monitor_dirty must return how many pages there are; it returned %d, "
                   "errno %d (%s)",
                   answer.result, answer.error, strerror(answer.error));
    (void)sscanf(answer.rest, "%d %llx %llx", &log.beyond, &log.words[0], &log.words[1]);
    return log;
}

/* mov ax, SEGMENT; mov ds, ax; mov byte ptr [0], 1, for the page at 16 * SEGMENT */
#define WRITE_PAGE "b8 %02x %02x 8e d8 c6 06 00 00 01 "
#define SEGMENT_OF(page) WORD16((page) << 8)

static void expect_page(const struct log *log, unsigned page)
{
    if (!(log->words[page / 64] >> (page % 64) & 1))
        judge_fail("the guest has written page %u; its bit in the bitmap is 0 (the first "
                   "words are 0x%llx, 0x%llx)",
                   page, log->words[0], log->words[1]);
}

/* The number that is returned is that of the bits; KVM may have a page or two too many.
 */
static void expect_count(const struct log *log, long least)
{
    long bits = __builtin_popcountll(log->words[0]) + __builtin_popcountll(log->words[1]);

    judge_expect_number("the result, which is the number of bits that are set", bits,
                        log->pages);
    if (bits < least || bits > least + 3)
        judge_fail("the guest has written %ld pages, and KVM may count a few too many; "
                   "the bitmap has %ld",
                   least, bits);
}

void dirty_says_which_pages(void **state)
{
    unsigned first = seen_random(2, 20), second = seen_random(21, 63);
    struct log log = read_log(seen_answer(seen_start(
        WORDS("dirty",
              program(WRITE_PAGE WRITE_PAGE "f4", SEGMENT_OF(first), SEGMENT_OF(second)),
              "0", "1"))));

    (void)state;
    expect_page(&log, first);
    expect_page(&log, second);
    expect_count(&log, 2);
}

void dirty_has_a_bit_for_each_page(void **state)
{
    unsigned first = seen_random(2, 30), second = seen_random(31, 63);
    struct log log = read_log(seen_answer(
        seen_start(WORDS("dirty",
                         program(WRITE_PAGE WRITE_PAGE WRITE_PAGE "f4", SEGMENT_OF(first),
                                 SEGMENT_OF(second), SEGMENT_OF(64)),
                         "0", "1"))));

    (void)state;
    judge_expect_number("words behind the bitmap of 65 pages that were changed (0: none)",
                        0, log.beyond);
    expect_page(&log, first);
    expect_page(&log, second);
    expect_page(&log, 64); /* the first bit of the second word */
    expect_count(&log, 3);
}

void dirty_reads_the_slot_that_is_meant(void **state)
{
    unsigned page = seen_random(0, 2);
    struct player *player = seen_start(
        WORDS("dirty",
              program(WRITE_PAGE WRITE_PAGE "f4", SEGMENT_OF(9), SEGMENT_OF(0x80 + page)),
              "1", "1"));
    struct log log = read_log(seen_answer(player));
    struct kvm_dirty_log asked;

    (void)state;
    if (!last_call(player, KVM_GET_DIRTY_LOG, &asked, sizeof asked))
        judge_fail("monitor_dirty must call KVM_GET_DIRTY_LOG; it did not");
    judge_expect_number("the slot of KVM_GET_DIRTY_LOG", 1, asked.slot);
    expect_page(&log, page);
    judge_expect_number("words behind the bitmap of 3 pages that were changed (0: none)",
                        0, log.beyond);
}

void dirty_says_that_there_is_no_log(void **state)
{
    (void)state;
    expect_failure("monitor_dirty when the log is off", ENOENT,
                   seen_answer(seen_start(WORDS("dirty", "f4", "0", "0"))));
    struct player *player = seen_start(WORDS("dirty", "f4", "2", "1"));
    expect_failure("monitor_dirty of a slot that there is not", EINVAL,
                   seen_answer(player));
    judge_expect_number("calls of KVM_GET_DIRTY_LOG for it", 0,
                        (long long)player_kvm_count(player, KVM_GET_DIRTY_LOG));
}

/* --- monitor_run -------------------------------------------------------------------- */

/* Behind the result: the time in all calls, and "KIND COUNT INSIDE ANSWER" for each
 * kind. */
struct noted {
    unsigned long long calls;
    struct {
        unsigned long long count, inside, answer;
    } exit[64];
};

static struct noted read_noted(struct answer answer)
{
    struct noted noted = {0};
    unsigned long long count, inside, took;
    unsigned kind;
    int length = 0;

    expect_success("monitor_run", answer);
    const char *at = answer.rest;
    if (sscanf(at, "%llu %n", &noted.calls, &length) != 1)
        judge_cannot_run("the probe says no times");
    for (at += length; sscanf(at, "%u %llu %llu %llu %n", &kind, &count, &inside, &took,
                              &length) == 4 &&
                       kind < 64;
         at += length) {
        noted.exit[kind].count = count;
        noted.exit[kind].inside = inside;
        noted.exit[kind].answer = took;
    }
    return noted;
}

void run_counts_by_kind(void **state)
{
    unsigned outs = seen_random(2, 9), writes = seen_random(2, 9);
    char code[256] = "b8 ff ff 8e d8 ";

    (void)state;
    for (unsigned i = 0; i < outs; i++)
        strcat(code, "e6 80 "); /* out 0x80, al */
    for (unsigned i = 0; i < writes; i++)
        strcat(code, "a2 10 00 "); /* mov [0x10], al: 0x100000 */
    struct noted noted =
        read_noted(seen_answer(seen_start(WORDS("trace", program("%s f4", code), "0"))));
    judge_expect_number("exits of the kind KVM_EXIT_IO", outs,
                        (long long)noted.exit[KVM_EXIT_IO].count);
    judge_expect_number("exits of the kind KVM_EXIT_MMIO", writes,
                        (long long)noted.exit[KVM_EXIT_MMIO].count);
    judge_expect_number("exits of the kind KVM_EXIT_HLT", 1,
                        (long long)noted.exit[KVM_EXIT_HLT].count);
}

void run_measures_the_guest(void **state)
{
    /* mov cx, 0xffff; loop here; hlt */
    struct noted noted = read_noted(
        seen_answer(seen_start(WORDS("trace", program("b9 ff ff e2 fe f4"), "0"))));
    unsigned long long inside = noted.exit[KVM_EXIT_HLT].inside;

    (void)state;
    if (inside > noted.calls || inside < noted.calls / 2)
        judge_fail("the guest has counted to 65535 before it halted; the whole call has "
                   "taken %llu ns, and the time inside that is noted for KVM_EXIT_HLT is "
                   "%llu ns",
                   noted.calls, inside);
}

void run_measures_the_answer(void **state)
{
    enum { PAUSE = 30000 }; /* microseconds */
    unsigned long long pause = PAUSE * 1000ull;
    struct noted noted = read_noted(seen_answer(
        seen_start(WORDS("trace", program("e6 80 f4"), words_of("%d", PAUSE)))));

    (void)state;
    if (noted.exit[KVM_EXIT_IO].answer < pause ||
        noted.exit[KVM_EXIT_HLT].answer >= pause)
        judge_fail("the answer to KVM_EXIT_IO has taken %llu ns or a little more; noted "
                   "are %llu ns for it, and %llu ns for KVM_EXIT_HLT",
                   pause, noted.exit[KVM_EXIT_IO].answer,
                   noted.exit[KVM_EXIT_HLT].answer);
    if (noted.exit[KVM_EXIT_HLT].inside > noted.calls ||
        noted.exit[KVM_EXIT_IO].inside > noted.calls)
        judge_fail("the time inside must not hold that of answers: noted are %llu ns and "
                   "%llu ns, all calls have taken %llu ns",
                   noted.exit[KVM_EXIT_IO].inside, noted.exit[KVM_EXIT_HLT].inside,
                   noted.calls);
}

void run_notes_nothing_of_a_failure(void **state)
{
    struct answer answer =
        seen_answer(seen_start(WORDS("trace-stop", program("e6 80 f4"))));
    int first = -2;
    unsigned count = 0;

    (void)state;
    expect_failure("monitor_run after vcpu_stop", EINTR, answer);
    (void)sscanf(answer.rest, "%d %u", &first, &count);
    judge_expect_number("the result of the run before", 0, first);
    judge_expect_number("exits that are counted after both", 1, count);
}
