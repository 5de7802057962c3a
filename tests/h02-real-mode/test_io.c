/* test_io.c - the judge of h02-real-mode: ports and the serial line.
 *
 * The probe has these devices: A at 0x200 to 0x203, B at 0x203 to 0x20f, W at 0x220
 * that cannot be read, R at 0x230 that cannot be written, and the serial line. Its log
 * has "Aout 200 1 41;" for one byte 0x41 written to port 0x200.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "seen.h"

/* The word guest reports "STOPS IO HLT MMIO LOG" behind its result. */
static const char *log_of(struct answer answer)
{
    int length = 0;

    if (sscanf(answer.rest, "%*d %*u %*u %*u %n", &length) == EOF || length == 0)
        judge_fail("the probe has said nothing of its devices");
    return answer.rest + length;
}

/* --- port_io ------------------------------------------------------------------------ */

void io_hands_out_what_the_guest_writes(void **state)
{
    unsigned port = seen_random(0x200, 0x202), first = seen_random(0, 255),
             second = seen_random(0, 255);
    char expected[128];
    struct player *player = seen_start(WORDS(
        "guest",
        program("ba %02x %02x  b0 %02x ee  b0 %02x ee  f4", /* mov dx; mov al; out */
                WORD16(port), first, second)));

    (void)state;
    struct answer answer = seen_answer(player);
    expect_success("port_io", answer);
    snprintf(expected, sizeof expected, "Aout %x 1 %x;Aout %x 1 %x;", port, first, port,
             second);
    expect_log(expected, log_of(answer));
}

void io_hands_in_what_the_device_answers(void **state)
{
    uint8_t byte = (uint8_t)seen_random(1, 255);
    unsigned port = seen_random(0x200, 0x202);
    char value[16], expected[64];

    (void)state;
    snprintf(value, sizeof value, "0x%x", byte);
    struct player *player = seen_start(
        WORDS("guest",
              program("ba %02x %02x  ec  a2 00 05  f4", /* mov dx; in al; mov [0x500] */
                      WORD16(port)),
              value));
    struct answer answer = seen_answer(player);
    expect_success("port_io", answer);
    snprintf(expected, sizeof expected, "Ain %x 1;", port);
    expect_log(expected, log_of(answer));
    expect_guest(player, "what the guest has read", CODE + 0x500, &byte, 1);
}

void io_knows_three_sizes(void **state)
{
    uint32_t out = seen_random(0x10000000, 0x7fffffff),
             in = seen_random(0x10000000, 0x7fffffff);
    uint8_t expected[8] = {(uint8_t)in, (uint8_t)(in >> 8), 0, 0};
    char value[16], log[160];

    (void)state;
    memcpy(expected + 4, &in, 4);
    snprintf(value, sizeof value, "0x%x", in);
    struct player *player = seen_start(WORDS(
        "guest",
        program("ba 00 02  66 b8 %02x %02x %02x %02x  ef  66 ef" /* out dx, ax; eax */
                "  66 31 c0  ed  66 a3 00 05  66 ed  66 a3 04 05  f4", /* in ax; eax */
                WORD16(out), WORD16(out >> 16)),
        value, value));
    struct answer answer = seen_answer(player);
    expect_success("port_io", answer);
    snprintf(log, sizeof log, "Aout 200 2 %x;Aout 200 4 %x;Ain 200 2;Ain 200 4;",
             out & 0xffff, out);
    expect_log(log, log_of(answer));
    expect_guest(player, "what the guest has read with two bytes, then four",
                 CODE + 0x500, expected, sizeof expected);
}

void io_takes_every_item(void **state)
{
    uint8_t bytes[5];
    char values[5][8], log[256];

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)seen_random(1, 255);
        snprintf(values[i], sizeof values[i], "0x%x", bytes[i]);
    }
    struct player *player = seen_start(
        WORDS("guest", program("bf 00 05  b9 05 00  ba 00 02  f3 6c  f4"), /* rep insb */
              values[0], values[1], values[2], values[3], values[4]));
    expect_success("port_io", seen_answer(player));
    expect_guest(player, "what rep insb has stored", CODE + 0x500, bytes, sizeof bytes);

    player = seen_start(WORDS("fake", "1", "2", "0x204", "3", "4100"));
    struct answer answer = seen_answer(player);
    expect_success("port_io", answer);
    snprintf(log, sizeof log, "Bout 204 2 201;Bout 204 2 403;Bout 204 2 605; ");
    expect_log(log, strncmp(answer.rest, log, strlen(log)) == 0 ? log : answer.rest);
}

void io_finds_the_device_by_its_range(void **state)
{
    struct player *player = seen_start(
        WORDS("guest", program("ba ff 01 ee  ba 03 02 ee  ba 04 02 ee  ba 0f 02 ee"
                               "  ba 10 02 ee  ba 20 02 ee  f4")));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_success("port_io", answer);
    expect_log("Aout 203 1 0;Bout 204 1 0;Bout 20f 1 0;Wout 220 1 0;", log_of(answer));
}

void io_reads_all_ones_where_nobody_is(void **state)
{
    static const uint8_t ones[] = {0xff, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    struct player *player = seen_start(WORDS(
        "guest", program("31 c0  ba 00 03  ec  a3 00 05"      /* in al; mov [0x500], ax */
                         "  ed  a3 02 05  66 ed  66 a3 04 05" /* in ax; in eax */
                         "  ba 20 02  ec  a2 08 05"           /* W cannot be read */
                         "  ba 30 02  ee  f4")));             /* nor R written */

    (void)state;
    struct answer answer = seen_answer(player);
    expect_success("port_io", answer);
    expect_guest(player, "what the guest reads where no device is", CODE + 0x500, ones,
                 sizeof ones);
}

void io_stays_inside_the_page(void **state)
{
    static const char *const bad[][4] = {
        {"1", "1", "12288", "behind the page"},
        {"1", "20000", "4096", "more than the page has"},
        {"4", "0x40000001", "4096", "so many that the sum overflows"},
        {"1", "2", "0xffffffffffffffff", "at the end of the address space"},
        {"3", "1", "4096", "of three bytes each"},
    };
    char what[128];

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct answer answer = seen_answer(
            seen_start(WORDS("fake", "1", bad[i][0], "0x200", bad[i][1], bad[i][2])));
        snprintf(what, sizeof what, "port_io of data %s", bad[i][3]);
        expect_failure(what, EPROTO, answer);
        if (strstr(answer.rest, "Aout"))
            judge_fail("%s: no device may see any of it; one did", what);
    }
}

/* --- the line ----------------------------------------------------------------------- */

void line_in_gives_what_waits(void **state)
{
    uint8_t bytes[2] = {(uint8_t)seen_random(1, 255), (uint8_t)seen_random(1, 255)};
    char values[2][8];

    (void)state;
    for (size_t i = 0; i < 2; i++)
        snprintf(values[i], sizeof values[i], "0x%x", bytes[i]);
    struct player *player = seen_start(WORDS(
        "guest", program("ba f8 03  ec  a2 00 05  ec  a2 01 05  f4"), /* in, twice */
        values[0], values[1]));
    expect_success("line_in", seen_answer(player));
    expect_guest(player, "what the guest has read from the line", CODE + 0x500, bytes, 2);
}

void line_status_takes_nothing(void **state)
{
    unsigned byte = seen_random(1, 255);
    char value[16], expected[64];

    (void)state;
    snprintf(value, sizeof value, "0x%x", byte);
    snprintf(expected, sizeof expected, "60 0 60 61 61 %x 60 0", byte);
    judge_expect_string(
        "status and data of an empty line, status of one that is never "
        "ready, then with a byte: status, status, data, status, port 0x3f9",
        expected, player_ready(seen_start(WORDS("line-in", value))));
}

void line_out_sends(void **state)
{
    unsigned first = seen_random('a', 'z'), second = seen_random('a', 'z');
    char expected[8];
    struct player *player = seen_start(
        WORDS("guest", program("ba f8 03  b0 %02x ee  b0 %02x ee  f4", first, second)));

    (void)state;
    struct answer answer = seen_answer(player);
    expect_success("line_out", answer);
    snprintf(expected, sizeof expected, "%c%c", first, second);
    judge_expect_string("what the line sends", expected, log_of(answer));
}

void line_out_sends_from_the_data_port_only(void **state)
{
    unsigned byte = seen_random('a', 'z');
    char expected[8];
    struct player *player = seen_start(
        WORDS("guest", program("ba f9 03 b0 58 ee  ba fb 03 b0 59 ee  ba fd 03 b0 5a ee"
                               "  ba f8 03 b0 %02x ee  f4",
                               byte)));

    (void)state;
    struct answer answer = seen_answer(player);
    expect_success("line_out", answer);
    snprintf(expected, sizeof expected, "%c", byte);
    judge_expect_string("what the line sends, of bytes to 0x3f9, 0x3fb, 0x3fd and 0x3f8",
                        expected, log_of(answer));
}
