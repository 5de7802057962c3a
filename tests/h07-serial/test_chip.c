/* test_chip.c - the judge of h07-serial: causes, the line, what comes in, the modem. */
#include <stdio.h>
#include <string.h>
#include "seen.h"

/* --- serial_cause ----------------------------------------------------------------- */

void cause_most_urgent_first(void **state)
{
    char letters[2];
    /* The modem has changed, the guest may send, and a byte has come: all at once. */
    struct player *player =
        seen_start(DO("modem:0xa0", OUT(IER, "0x0b"), come(letters, 1), IN(IIR), IN(DATA),
                      IN(IIR), IN(IIR), IN(MSR), IN(IIR)));

    (void)state;
    (void)seen_noted(player);
    expect_read(player, "IIR, when there is input, output and a change of the modem", 0,
                0x04);
    expect_read(player, "IIR, when the byte was read: output", 2, 0x02);
    expect_read(player, "IIR, when that was seen: the modem", 3, 0x00);
    expect_read(player, "IIR, when MSR was read, too: nothing", 5, 0x01);
}

void cause_only_what_is_wanted(void **state)
{
    char letters[2];
    struct player *player = seen_start(DO(
        "modem:0xa0", come(letters, 1), IN(IIR), OUT(IER, "0x08"), IN(IIR),
        OUT(IER, "0x01"), IN(IIR), OUT(IER, "0x04"), IN(IIR), OUT(IER, "0x02"), IN(IIR)));

    (void)state;
    (void)seen_noted(player);
    expect_read(player, "IIR, when IER asks for nothing", 0, 0x01);
    expect_read(player, "IIR, when IER asks for the modem only", 1, 0x00);
    expect_read(player, "IIR, when IER asks for input only", 2, 0x04);
    expect_read(player, "IIR, when IER asks for errors only", 3, 0x01);
    expect_read(player, "IIR, when IER asks for output only", 4, 0x02);
}

void cause_lasts(void **state)
{
    char letters[3];
    struct player *player = seen_start(
        DO(OUT(FCR, "1"), OUT(IER, "0x03"), IN(LSR), IN(MSR), IN(SCR), IN(IIR),
           come(letters, 2), IN(IIR), IN(IIR), IN(DATA), IN(IIR), IN(DATA), IN(IIR)));

    (void)state;
    (void)seen_noted(player);
    expect_read(player, "IIR: \"may send\" lasts while other registers are read", 3,
                0xc2);
    expect_read(player, "IIR, when bytes wait", 4, 0xc4);
    expect_read(player, "IIR, read again: the bytes still wait", 5, 0xc4);
    expect_read(player, "IIR, when one of two was taken", 7, 0xc4);
    expect_read(player, "IIR, when both were taken", 9, 0xc1);
}

/* --- serial_interrupt ------------------------------------------------------------- */

void interrupt_is_a_level(void **state)
{
    char letters[3];
    struct player *player = seen_start(
        DO(OUT(FCR, "1"), OUT(MCR, "0x08"), OUT(IER, "0x01"), come(letters, 2), IN(DATA),
           IN(DATA), OUT(IER, "0x03"), IN(IIR), OUT(DATA, "0x41"), OUT(IER, "0x01")));
    static const struct {
        unsigned level;
        const char *what;
    } steps[] = {
        {0, "when the queues are turned on"},
        {0, "when OUT2 is set and nothing is asked for"},
        {0, "when input is asked for and none is there"},
        {1, "when bytes have come in"},
        {1, "when one of two was read"},
        {0, "when the last was read"},
        {1, "when \"may send\" is asked for"},
        {0, "when IIR has said so"},
        {1, "when a byte was sent, and the next may be"},
        {0, "when \"may send\" is asked for no more"},
    };

    (void)state;
    (void)seen_noted(player);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        expect_level(player, steps[i].what, i, steps[i].level);
}

void interrupt_goes_through_a_gate(void **state)
{
    struct player *player =
        seen_start(DO(OUT(IER, "0x02"), OUT(MCR, "0x07"), OUT(MCR, "0x08"),
                      OUT(MCR, "0x00"), OUT(MCR, "0x10"), OUT(IER, "0x00")));

    (void)state;
    (void)seen_noted(player);
    expect_level(player, "with a cause, after a reset, when OUT2 is off", 0, 0);
    expect_level(player, "with DTR, RTS and OUT1, but not OUT2", 1, 0);
    expect_level(player, "with OUT2", 2, 1);
    expect_level(player, "when OUT2 goes off again", 3, 0);
    expect_level(player, "in a loop, where OUT2 is no gate", 4, 1);
    expect_level(player, "in a loop, without a cause", 5, 0);
}

/* A driver: it sleeps, and IRQ 4 (vector 0x24) wakes it. Each byte that comes in it sends
 * back; behind a '.' it says that it is done. */
extern const char driver[], driver_end[];
__asm__(".section .rodata\n"
        ".code16\n"
        "driver: xorw %ax, %ax\n"
        "movw %ax, %es\n"
        "movw $(handler - driver), %es:0x90\n" /* 0x24 * 4 */
        "movw %cs, %es:0x92\n"
        "movb $0x11, %al\n outb %al, $0x20\n" /* PIC: vectors from 0x20 on */
        "movb $0x20, %al\n outb %al, $0x21\n"
        "movb $0x04, %al\n outb %al, $0x21\n"
        "movb $0x01, %al\n outb %al, $0x21\n"
        "movb $0xef, %al\n outb %al, $0x21\n"
        "movw $0x3fa, %dx\n movb $7, %al\n outb %al, %dx\n" /* FCR */
        "movw $0x3fc, %dx\n movb $0x0b, %al\n outb %al, %dx\n"
        "movw $0x3f9, %dx\n movb $1, %al\n outb %al, %dx\n"
        "outb %al, $0xf1\n" /* it listens */
        "1: sti\n"
        "hlt\n"
        "jmp 1b\n"
        "handler: movw $0x3fa, %dx\n"
        "inb %dx, %al\n"
        "testb $1, %al\n"
        "jnz 3f\n"
        "movw $0x3f8, %dx\n"
        "inb %dx, %al\n"
        "outb %al, %dx\n"
        "cmpb $'.', %al\n"
        "jne handler\n"
        "outb %al, $0xf1\n"
        "jmp handler\n"
        "3: movb $0x20, %al\n"
        "outb %al, $0x20\n"
        "iret\n"
        "driver_end:\n"
        ".code64\n"
        ".text\n");

void interrupt_drives_a_guest(void **state)
{
    char hex[2 * 200 + 1] = "", first[10], second[10];

    (void)state;
    for (const char *at = driver; at < driver_end; at++)
        sprintf(hex + 2 * (at - driver), "%02x", (uint8_t)*at);
    const char *come_first = come(first, 8), *come_second = come(second, 8);
    struct player *player =
        seen_start(TERMINAL(word("machine:%s", hex), "alarm:2500", come_first, "come:2e",
                            "run", come_second, "come:2e", "run"));
    const char *noted = seen_noted(player);
    if (strstr(noted, "stopped") != NULL)
        judge_fail("a guest that sleeps until IRQ 4 wakes it must get all that comes in; "
                   "it was not woken (it has sent back \"%s\")",
                   player_output(player, NULL));
    expect_sent(player, "what the guest has sent back", word("%s.%s.", first, second));
}

/* --- serial_input ----------------------------------------------------------------- */

void input_as_much_as_there_is_room(void **state)
{
    char letters[41];
    struct player *player =
        seen_start(DO(come(letters, 3), IN(DATA), IN(LSR), OUT(FCR, "1"),
                      come(letters, 40), come(letters, 1), IN(DATA), come(letters, 5)));

    (void)state;
    judge_expect_string("bytes taken: of 3 without queues; of 40 with; 1 more when it is "
                        "full; of 5 when one was read",
                        "1 16 0 1 ", seen_noted(player));
    expect_read(player, "LSR, when the only byte was read", 1, 0x60);
}

void input_in_its_order(void **state)
{
    char first[21], second[21];
    const char *words[64] = {"do", "machine", OUT(FCR, "1"), come(first, 12)};
    size_t n = 4;

    (void)state;
    for (int i = 0; i < 10; i++)
        words[n++] = IN(DATA);
    words[n++] = come(second, 14);
    for (int i = 0; i < 16; i++)
        words[n++] = IN(DATA);
    struct player *player = seen_start(words);
    judge_expect_string("bytes taken: of 12; of 14 when 2 wait", "12 14 ",
                        seen_noted(player));
    for (size_t i = 0; i < 12; i++)
        expect_read(player, "a byte that came first", i, (uint8_t)first[i]);
    for (size_t i = 0; i < 14; i++)
        expect_read(player, "a byte that came later", 12 + i, (uint8_t)second[i]);
}

void input_not_in_a_loop(void **state)
{
    char letters[5];
    struct player *player =
        seen_start(DO(OUT(FCR, "1"), OUT(MCR, "0x10"), come(letters, 4), IN(LSR),
                      OUT(MCR, "0x00"), come(letters, 4), IN(LSR)));

    (void)state;
    judge_expect_string("bytes taken: of 4 in a loop; of 4 when it is open again", "0 4 ",
                        seen_noted(player));
    expect_read(player, "LSR in a loop, when bytes wait outside", 0, 0x60);
    expect_read(player, "LSR, when they have come in", 1, 0x61);
}

/* --- serial_modem ----------------------------------------------------------------- */

void modem_notes_changes(void **state)
{
    struct player *player =
        seen_start(DO("modem:0x90", "modem:0x90", IN(MSR), IN(MSR), "modem:0x20", IN(MSR),
                      "modem:0x00", "modem:0x20", IN(MSR)));

    (void)state;
    (void)seen_noted(player);
    expect_read(player, "MSR, when DSR (of CTS, DSR, DCD) went off", 0, 0x92);
    expect_read(player, "MSR, read again", 1, 0x90);
    expect_read(player, "MSR, when CTS and DCD went off and DSR came on", 2, 0x2b);
    expect_read(player, "MSR, when DSR went off and came back: it has changed", 3, 0x22);
}

void modem_notes_the_end_of_a_ring(void **state)
{
    struct player *player =
        seen_start(DO("modem:0xf0", IN(MSR), "modem:0xb0", IN(MSR), IN(MSR)));

    (void)state;
    (void)seen_noted(player);
    expect_read(player, "MSR, when RI comes on: that is not noted", 0, 0xf0);
    expect_read(player, "MSR, when RI goes off", 1, 0xb4);
    expect_read(player, "MSR, read again", 2, 0xb0);
}
