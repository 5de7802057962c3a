/* test_loop.c - the judge of h02-real-mode: the loop, and what is said of an exit. */
#include <errno.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <string.h>
#include "seen.h"

/* mov ax, 0xffff; mov ds, ax; mov byte ptr [0x10 + N], 42: a write to 0x100000 + N. */
#define OUTSIDE "b8 ff ff 8e d8 c6 06 %02x %02x 2a f4"

/* Such a program, with an address that is another one in each run. */
static const char *outside(void)
{
    unsigned offset = seen_random(0x10, 0x100);

    return program(OUTSIDE, WORD16(offset));
}

/* --- realmode_answer ---------------------------------------------------------------- */

void answer_ends_with_a_halt(void **state)
{
    struct answer answer = seen_answer(seen_start(WORDS("answer", "f4")));

    (void)state;
    if (answer.result != 0)
        judge_fail(
            "realmode_answer must return 0 for KVM_EXIT_HLT; it returned %d, errno %d",
            answer.result, answer.error);
}

void answer_goes_on_after_a_port(void **state)
{
    unsigned byte = seen_random(0, 255);
    char expected[64];
    struct answer answer = seen_answer(
        seen_start(WORDS("answer", program("ba 00 02  b0 %02x  ee  f4", byte))));

    (void)state;
    if (answer.result != 1)
        judge_fail(
            "realmode_answer must return 1 for KVM_EXIT_IO; it returned %d, errno %d",
            answer.result, answer.error);
    snprintf(expected, sizeof expected, "Aout 200 1 %x;", byte);
    expect_log(expected, answer.rest);
}

static void expect_counted(const char *reason, unsigned index)
{
    char times[16], expected[32];
    unsigned count = seen_random(2, 9);

    snprintf(times, sizeof times, "%u", count);
    snprintf(expected, sizeof expected, "%u:%u ", index, count);
    struct answer answer = seen_answer(seen_start(WORDS("answer-count", reason, times)));
    judge_expect_string("the index of machine->exits that has counted, and how many",
                        expected, answer.rest);
}

void answer_counts_by_kind(void **state)
{
    (void)state;
    expect_counted("2", KVM_EXIT_IO);
    expect_counted("5", KVM_EXIT_HLT);
    expect_counted("17", KVM_EXIT_INTERNAL_ERROR);
    expect_counted("1000000", 63); /* EXIT_KINDS - 1: for what is beyond */
}

void answer_refuses_what_it_does_not_know(void **state)
{
    (void)state;
    expect_failure("realmode_answer of a KVM_EXIT_MMIO", ENOTSUP,
                   seen_answer(seen_start(WORDS("answer", outside()))));
    expect_failure("realmode_answer of a KVM_EXIT_SHUTDOWN", ENOTSUP,
                   seen_answer(seen_start(WORDS("answer-count", "8", "1"))));
}

/* --- realmode_run ------------------------------------------------------------------- */

/* What the word guest reports behind its result. */
struct ran {
    int stops;
    unsigned io, hlt, mmio;
    char log[256];
};

static struct ran read_ran(struct answer answer)
{
    struct ran ran = {.stops = -1};

    (void)sscanf(answer.rest, "%d %u %u %u %255[^\n]", &ran.stops, &ran.io, &ran.hlt,
                 &ran.mmio, ran.log);
    return ran;
}

void run_goes_on_until_the_guest_halts(void **state)
{
    char expected[8];

    (void)state;
    for (size_t i = 0; i < 5; i++)
        expected[i] = (char)seen_random('a', 'z');
    expected[5] = '\0';
    struct answer answer = seen_answer(seen_start(WORDS(
        "guest",
        program("ba f8 03  b0 %02x ee  b0 %02x ee  b0 %02x ee  b0 %02x ee  b0 %02x ee"
                "  f4",
                expected[0], expected[1], expected[2], expected[3], expected[4]))));
    expect_success("realmode_run", answer);
    struct ran ran = read_ran(answer);
    judge_expect_string("what the guest sends", expected, ran.log);
    judge_expect_number("exits of the kind KVM_EXIT_IO", 5, ran.io);
    judge_expect_number("exits of the kind KVM_EXIT_HLT", 1, ran.hlt);
}

void run_ends_with_what_nobody_answers(void **state)
{
    struct answer answer = seen_answer(seen_start(WORDS("guest", outside())));

    (void)state;
    expect_failure("realmode_run of a guest that writes where no memory is", ENOTSUP,
                   answer);
    judge_expect_number("exits of the kind KVM_EXIT_MMIO", 1, read_ran(answer).mmio);
}

void run_can_be_stopped(void **state)
{
    struct answer answer = seen_answer(seen_start(WORDS("guest", "ebfe")));

    (void)state;
    expect_failure("realmode_run of a guest that loops, stopped after 0.3 s", EINTR,
                   answer);
    judge_expect_number("how often it had to be stopped", 1, read_ran(answer).stops);
}

/* --- exit_describe ------------------------------------------------------------------ */

/* Behind the result: "BEYOND LENGTH TEXT". */
static const char *described(struct answer answer)
{
    int length = 0;

    expect_success("exit_describe", answer);
    (void)sscanf(answer.rest, "%*d %*u %n", &length);
    return answer.rest + length;
}

void describe_says_what_the_guest_touched(void **state)
{
    unsigned beyond = 2 * seen_random(0x10, 0x800); /* even: in one page */
    char part[128];

    (void)state;
    const char *text = described(seen_answer(
        seen_start(WORDS("describe", program(OUTSIDE, WORD16(0x10 + beyond))))));
    snprintf(part, sizeof part, "write of 1 byte to 0x%x, where no memory is",
             0x100000 + beyond);
    expect_part(text, "KVM_EXIT_MMIO (6)");
    expect_part(text, part);

    text = described(seen_answer(
        seen_start(WORDS("describe", program("b8 ff ff 8e d8  a1 %02x %02x  f4",
                                             WORD16(0x10 + beyond))))));
    snprintf(part, sizeof part, "read of 2 bytes from 0x%x", 0x100000 + beyond);
    expect_part(text, part);
}

void describe_says_why_hardware_refused(void **state)
{
    char reason[32];

    (void)state;
    snprintf(reason, sizeof reason, "0x%x", seen_random(0x80000000, 0x8fffffff));
    const char *text =
        described(seen_answer(seen_start(WORDS("describe-fake", "9", reason))));
    expect_part(text, "KVM_EXIT_FAIL_ENTRY (9)");
    expect_part(text, reason);
}

void describe_says_which_error_it_was(void **state)
{
    char suberror[32], part[64];

    (void)state;
    snprintf(suberror, sizeof suberror, "%u", seen_random(2, 1000));
    snprintf(part, sizeof part, "suberror %s", suberror);
    const char *text =
        described(seen_answer(seen_start(WORDS("describe-fake", "17", suberror))));
    expect_part(text, "KVM_EXIT_INTERNAL_ERROR (17)");
    expect_part(text, part);
    expect_part(described(seen_answer(seen_start(WORDS("describe-fake", "60", "0")))),
                "an unknown exit (60)");
}

void describe_says_where_the_guest_stands(void **state)
{
    unsigned first = seen_random(1, 255), second = seen_random(1, 255);
    char part[64];

    (void)state;
    const char *text = described(seen_answer(
        seen_start(WORDS("describe", program("90 90 f4 %02x %02x", first, second)))));
    expect_part(text, "KVM_EXIT_HLT (5)");
    expect_part(text, "0100:0003 (0x1003)");
    snprintf(part, sizeof part, "%02x %02x", first, second);
    expect_part(text, part);
}

void describe_stays_in_its_buffer(void **state)
{
    int result = -2, beyond = -1;
    unsigned length = 0;

    (void)state;
    (void)sscanf(player_ready(seen_start(WORDS("describe", "f4", "12"))), "%d %*d %d %u",
                 &result, &beyond, &length);
    judge_expect_number("the result of exit_describe with 12 bytes of room", 0, result);
    judge_expect_number("bytes written behind the buffer (0: none)", 0, beyond);
    judge_expect_number("the length of the text: 11 and a 0 byte", 11, length);
}
