/* test_mmio.c - the judge of h03-monitor: devices in memory.
 *
 * The devices of the probe are A (0x100000 to 0x1000ff), B (0x100100 to 0x10010f), C
 * (0x100100 to 0x1001ff), W and R (0x100400 and 0x100500 on; one cannot be read, the other
 * not written), and E, the last eight addresses there are.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "seen.h"

/* mov ax, 0xffff; mov ds, ax: then offset 0x10 + N is 0x100000 + N. */
#define TO_DEVICES "b8 ff ff 8e d8 "

void mmio_hands_out_what_the_guest_writes(void **state)
{
    unsigned a = seen_random(0, 0x7f), b = 2 * seen_random(0, 6);
    unsigned byte = seen_random(1, 255), word = seen_random(0x101, 0xffff);
    char expected[128];

    (void)state;
    struct answer answer = seen_answer(seen_start(
        WORDS("mmio", program(TO_DEVICES "c6 06 %02x %02x %02x"
                                         " c7 06 %02x %02x %02x %02x f4",
                              WORD16(0x10 + a), byte, WORD16(0x110 + b), WORD16(word)))));
    expect_success("monitor_mmio", answer);
    snprintf(expected, sizeof expected, "Awrite %x 1 %x;Bwrite %x 2 %x;", a, byte, b,
             word);
    expect_log(expected, answer.rest);
}

void mmio_hands_in_what_the_device_answers(void **state)
{
    unsigned first = seen_random(1, 255), second = seen_random(0x101, 0xffff);
    unsigned at = 2 * seen_random(0, 0x3f);
    uint8_t expected[] = {(uint8_t)first, WORD16(second)};
    char log[128];
    /* mov al, [at]; mov cs:[DATA], al; mov ax, [at + 2]; mov cs:[DATA + 1], ax */
    struct player *player = seen_start(WORDS(
        "mmio",
        program(TO_DEVICES "a0 %02x %02x 2e a2 %02x %02x"
                           " a1 %02x %02x 2e a3 %02x %02x f4",
                WORD16(0x10 + at), WORD16(DATA), WORD16(0x12 + at), WORD16(DATA + 1)),
        words_of("%u", first), words_of("%u", second)));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_success("monitor_mmio", answer);
    snprintf(log, sizeof log, "Aread %x 1;Aread %x 2;", at, at + 2);
    expect_log(log, answer.rest);
    expect_guest(player, "the byte and the word that the guest has read", CODE + DATA,
                 expected, sizeof expected);
}

/* An exit that never was: what the log must be, and the bytes after it. */
static void expect_fake(const char *address, unsigned length, bool is_write,
                        const char *data, const char *answer_value, const char *log,
                        const char *after)
{
    char expected[160];
    struct answer answer =
        seen_answer(seen_start(WORDS("mmio-fake", address, words_of("%u", length),
                                     is_write ? "1" : "0", data, answer_value)));

    expect_success("monitor_mmio", answer);
    snprintf(expected, sizeof expected, "%s%s%s", log, *log ? " " : "", after);
    judge_expect_string("what the device sees (device, direction, offset, size, value), "
                        "and the eight bytes of the run page after it",
                        expected, answer.rest);
}

void mmio_knows_four_sizes(void **state)
{
    static const char before[] = "1122334455667788";

    (void)state;
    expect_fake("0x100010", 1, true, before, "0", "Awrite 10 1 11;", before);
    expect_fake("0x100010", 2, true, before, "0", "Awrite 10 2 2211;", before);
    expect_fake("0x100010", 4, true, before, "0", "Awrite 10 4 44332211;", before);
    expect_fake("0x100010", 8, true, before, "0", "Awrite 10 8 8877665544332211;",
                before);
    expect_fake("0x100010", 1, false, before, "0x0123456789abcdef", "Aread 10 1;",
                "ef22334455667788");
    expect_fake("0x100010", 2, false, before, "0x0123456789abcdef", "Aread 10 2;",
                "efcd334455667788");
    expect_fake("0x100010", 4, false, before, "0x0123456789abcdef", "Aread 10 4;",
                "efcdab8955667788");
    expect_fake("0x100010", 8, false, before, "0x0123456789abcdef", "Aread 10 8;",
                "efcdab8967452301");
}

void mmio_finds_the_device_that_holds_all(void **state)
{
    static const char zeros[] = "0000000000000000";

    (void)state;
    expect_fake("0x100000", 1, true, zeros, "0", "Awrite 0 1 0;", zeros);
    expect_fake("0x1000ff", 1, true, zeros, "0", "Awrite ff 1 0;", zeros);
    expect_fake("0x100100", 1, true, zeros, "0", "Bwrite 0 1 0;", zeros);
    expect_fake("0x10010e", 2, true, zeros, "0", "Bwrite e 2 0;", zeros);
    /* over the end of B, which C holds whole; over the end of A, which nobody does */
    expect_fake("0x10010e", 4, true, zeros, "0", "Cwrite e 4 0;", zeros);
    expect_fake("0x1001ff", 1, true, zeros, "0", "Cwrite ff 1 0;", zeros);
    expect_fake("0x1000fe", 4, true, zeros, "0", "", zeros);
    expect_fake("0x1000ff", 2, false, zeros, "0", "", "ffff000000000000");
}

void mmio_is_not_fooled_by_overflow(void **state)
{
    static const char zeros[] = "0000000000000000";

    (void)state;
    expect_fake("0xffffffffffffffff", 1, true, zeros, "0", "Ewrite 7 1 0;", zeros);
    expect_fake("0xfffffffffffffff8", 8, true, zeros, "0", "Ewrite 0 8 0;", zeros);
    expect_fake("0xffffffffffffffff", 2, true, zeros, "0", "", zeros);
    expect_fake("0xfffffffffffffffc", 8, false, zeros, "0", "", "ffffffffffffffff");
}

void mmio_reads_all_ones_where_nobody_is(void **state)
{
    static const char zeros[] = "0000000000000000";

    (void)state;
    expect_fake("0x200000", 4, false, zeros, "0", "", "ffffffff00000000");
    expect_fake("0x200000", 4, true, zeros, "0", "", zeros);
    expect_fake("0x100400", 2, false, zeros, "0", "", "ffff000000000000");
    expect_fake("0x100500", 2, true, zeros, "0", "", zeros);
}

void mmio_refuses_what_makes_no_sense(void **state)
{
    static const char *const lengths[] = {"0", "9", "0xffffffff"};

    (void)state;
    for (unsigned i = 0; i < 6; i++) {
        struct answer answer =
            seen_answer(seen_start(WORDS("mmio-fake", "0x100000", lengths[i / 2],
                                         i % 2 ? "1" : "0", "1122334455667788", "0")));
        expect_failure(words_of("monitor_mmio, length %s", lengths[i / 2]), EPROTO,
                       answer);
        judge_expect_string("what the device sees, and the bytes of the run page",
                            "1122334455667788", answer.rest);
    }
}
