/* test.c - the judge of lesson h07-serial.
 *
 * The player (probe.c) has one function of the learner's. A guest in real mode reads and
 * writes the chip's ports; what counts is what it has found there (in guest memory), the
 * bytes that have come out, the level of IRQ 4 that KVM was told (KVM_IRQ_LINE), and the
 * settings that the kernel has for a terminal. Bytes are new in each run. See
 * tests/grader/grader.h.
 *
 * Here are reading and writing, and the list of all checks; the rest of the chip is in
 * test_chip.c, the terminal in test_terminal.c.
 */
#include <string.h>
#include "seen.h"

/* --- serial_read ------------------------------------------------------------------ */

static void read_takes_one_byte_each(void **state)
{
    char letters[11], more[13];
    const char *words[64] = {"do", "machine", OUT(FCR, "1"), come(letters, 10)};
    size_t n = 4;

    (void)state;
    for (int i = 0; i < 10; i++)
        words[n++] = IN(DATA);
    words[n++] = come(more, 12); /* over the end of the ring */
    for (int i = 0; i < 13; i++)
        words[n++] = IN(DATA);
    struct player *player = seen_start(words);
    (void)seen_noted(player);
    for (size_t i = 0; i < 10; i++)
        expect_read(player, "DATA, a byte that came in", i, (uint8_t)letters[i]);
    for (size_t i = 0; i < 12; i++)
        expect_read(player, "DATA, a byte that came later", 10 + i, (uint8_t)more[i]);
    expect_read(player, "DATA, when no byte waits", 22, 0);
}

static void read_iir_takes_may_send(void **state)
{
    char letters[2];
    struct player *player = seen_start(DO(
        OUT(MCR, "0x08"), OUT(IER, "0x03"), IN(IIR), IN(IIR), come(letters, 1),
        OUT(DATA, "0x41"), IN(IIR), IN(DATA), IN(IIR), IN(IIR), OUT(FCR, "1"), IN(IIR)));

    (void)state;
    (void)seen_noted(player);
    expect_read(player, "IIR, when \"may send\" is due", 0, 0x02);
    expect_read(player, "IIR, read again: it was seen", 1, 0x01);
    expect_level(player, "when IIR has said \"may send\"", 2, 0);
    expect_read(player, "IIR, when there is input, too", 2, 0x04);
    expect_read(player, "IIR, when the byte was read: \"may send\" was not seen yet", 4,
                0x02);
    expect_read(player, "IIR, when that was seen", 5, 0x01);
    expect_read(player, "IIR, when the queues are on", 6, 0xc1);
}

static void read_lsr(void **state)
{
    char letters[2];
    struct player *player = seen_start(
        DO(IN(LSR), come(letters, 1), IN(LSR), IN(LSR), IN(DATA), IN(LSR),
           OUT(MCR, "0x10"), OUT(DATA, "0x41"), OUT(DATA, "0x42"), IN(LSR), IN(LSR)));

    (void)state;
    (void)seen_noted(player);
    expect_read(player, "LSR, when nothing has come in", 0, 0x60);
    expect_read(player, "LSR, when a byte waits", 1, 0x61);
    expect_read(player, "LSR, read again: it still waits", 2, 0x61);
    expect_read(player, "LSR, when it was read", 4, 0x60);
    expect_read(player, "LSR, when one byte too many came in", 5, 0x63);
    expect_read(player, "LSR, read again: the overrun was seen", 6, 0x61);
}

static void read_msr_forgets_changes(void **state)
{
    struct player *player = seen_start(
        DO(IN(MSR), "modem:0x80", OUT(IER, "0x08"), IN(IIR), IN(MSR), IN(IIR), IN(MSR)));

    (void)state;
    (void)seen_noted(player);
    expect_read(player, "MSR after a reset", 0, 0xb0);
    expect_read(player, "IIR, when the modem has changed", 1, 0x00);
    expect_read(player, "MSR, when CTS and DSR went off", 2, 0x83);
    expect_read(player, "IIR, when MSR was read", 3, 0x01);
    expect_read(player, "MSR, read again", 4, 0x80);
}

static void read_divisor(void **state)
{
    unsigned low = seen_random(1, 255), high = seen_random(1, 255);
    unsigned scratch = seen_random(1, 255);
    char letters[2];
    struct player *player = seen_start(
        DO(OUT(IER, "0x05"), come(letters, 1), OUT(LCR, "0x83"), word("out:0:%u", low),
           word("out:1:%u", high), word("out:7:%u", scratch), IN(DATA), IN(IER), IN(LCR),
           IN(LSR), IN(SCR), OUT(LCR, "0x03"), IN(IER), IN(DATA)));

    (void)state;
    (void)seen_noted(player);
    expect_read(player, "offset 0 with DLAB: the divisor, low", 0, low);
    expect_read(player, "offset 1 with DLAB: the divisor, high", 1, high);
    expect_read(player, "LCR", 2, 0x83);
    expect_read(player, "LSR with DLAB: the byte still waits", 3, 0x61);
    expect_read(player, "SCR with DLAB", 4, scratch);
    expect_read(player, "IER, when DLAB is off again", 5, 0x05);
    expect_read(player, "DATA, when DLAB is off again", 6, (uint8_t)letters[0]);
}

/* --- serial_write ----------------------------------------------------------------- */

static void write_sends(void **state)
{
    unsigned first = seen_random('a', 'z'), second = seen_random('a', 'z');
    struct player *player =
        seen_start(DO(OUT(IER, "0x02"), IN(IIR), IN(IIR), word("out:0:%u", first),
                      IN(IIR), IN(IIR), word("out:0:%u", second), IN(IIR)));

    (void)state;
    (void)seen_noted(player);
    expect_sent(player, "what has come out of the chip", word("%c%c", first, second));
    expect_read(player, "IIR, when a byte was written: the next may be", 2, 0x02);
    expect_read(player, "IIR, read again", 3, 0x01);
    expect_read(player, "IIR, when another byte was written", 4, 0x02);
}

static void write_ier_asks(void **state)
{
    struct player *player = seen_start(DO(
        OUT(IER, "0xff"), IN(IER), IN(IIR), IN(IIR), OUT(IER, "0x02"), IN(IIR),
        OUT(IER, "0x00"), IN(IIR), OUT(IER, "0x02"), IN(IIR), OUT(IER, "0x01"), IN(IIR)));

    (void)state;
    (void)seen_noted(player);
    expect_read(player, "IER, when ff was written: four bits", 0, 0x0f);
    expect_read(player, "IIR, when \"may send\" is asked for: it is due at once", 1,
                0x02);
    expect_read(player, "IIR, read again", 2, 0x01);
    expect_read(player, "IIR, when it was asked for already", 3, 0x01);
    expect_read(player, "IIR, when it is asked for no more", 4, 0x01);
    expect_read(player, "IIR, when it is asked for again", 5, 0x02);
    expect_read(player, "IIR, when only input is asked for", 6, 0x01);
}

static void write_divisor(void **state)
{
    unsigned low = seen_random(1, 255);
    struct player *player = seen_start(
        DO(OUT(IER, "0x01"), OUT(LCR, "0x83"), word("out:0:%u", low), OUT(IER, "0x0c"),
           IN(DATA), IN(IER), OUT(LCR, "0x03"), IN(IER), IN(LCR), OUT(DATA, "0x41")));

    (void)state;
    (void)seen_noted(player);
    expect_sent(player, "what has come out: not the divisor", "A");
    expect_read(player, "the divisor, low", 0, low);
    expect_read(player, "the divisor, high", 1, 0x0c);
    expect_read(player, "IER, which the divisor must not change", 2, 0x01);
    expect_read(player, "LCR", 3, 0x03);
}

static void write_loops(void **state)
{
    unsigned first = seen_random('a', 'z'), second = seen_random('a', 'z');
    struct player *player = seen_start(
        DO(OUT(FCR, "1"), OUT(MCR, "0xfa"), IN(MCR), IN(MSR), word("out:0:%u", first),
           word("out:0:%u", second), IN(LSR), IN(DATA), IN(DATA), OUT(MCR, "0x15"),
           IN(MSR), OUT(MCR, "0x00"), IN(MSR), OUT(DATA, "0x2e")));

    (void)state;
    (void)seen_noted(player);
    expect_sent(player, "what has come out: nothing while it was a loop", ".");
    expect_read(player, "MCR, when fa was written: five bits", 0, 0x1a);
    expect_read(player, "MSR in a loop with OUT2 and RTS: DCD and CTS; DSR went off", 1,
                0x92);
    expect_read(player, "LSR, when two bytes came round", 2, 0x61);
    expect_read(player, "DATA, the first of them", 3, first);
    expect_read(player, "DATA, the second", 4, second);
    expect_read(player, "MSR in a loop with DTR and OUT1: DSR and RI", 5, 0x6b);
    expect_read(player, "MSR, when the loop is open: the far end's", 6, 0xbd);
}

static void write_empties_queues(void **state)
{
    char letters[4];
    unsigned scratch = seen_random(1, 255);
    struct player *player = seen_start(DO(
        OUT(FCR, "1"), come(letters, 3), IN(IIR), OUT(FCR, "1"), IN(LSR), OUT(FCR, "3"),
        IN(LSR), come(letters, 3), OUT(FCR, "0"), IN(LSR), IN(IIR), OUT(LSR, "0x9e"),
        OUT(MSR, "0x0f"), word("out:7:%u", scratch), IN(LSR), IN(MSR), IN(SCR)));

    (void)state;
    (void)seen_noted(player);
    expect_read(player, "IIR, with queues", 0, 0xc1);
    expect_read(player, "LSR, when FCR says once more \"on\": the bytes stay", 1, 0x61);
    expect_read(player, "LSR, when FCR has emptied the input", 2, 0x60);
    expect_read(player, "LSR, when the queues are turned off", 3, 0x60);
    expect_read(player, "IIR, without queues", 4, 0x01);
    expect_read(player, "LSR, which cannot be written", 5, 0x60);
    expect_read(player, "MSR, which cannot be written", 6, 0xb0);
    expect_read(player, "SCR", 7, scratch);
}

/* As the driver of Linux finds out what chip it has: see guests/long/find.c. */
static void write_is_found(void **state)
{
    struct player *player =
        seen_start(DO(OUT(IER, "0"), IN(IER), OUT(IER, "0x0f"), IN(IER), OUT(IER, "0"),
                      OUT(MCR, "0x1a"), IN(MSR), OUT(MCR, "0"), OUT(LCR, "0"),
                      OUT(FCR, "1"), IN(IIR), OUT(FCR, "7"), OUT(FCR, "0"), OUT(IER, "2"),
                      IN(IIR), OUT(IER, "0"), OUT(IER, "2"), IN(IIR), OUT(IER, "0")));

    (void)state;
    (void)seen_noted(player);
    expect_read(player, "IER, written 00: is there a chip?", 0, 0x00);
    expect_read(player, "IER, written 0f", 1, 0x0f);
    expect_read(player, "MSR in a loop with OUT2 and RTS", 2, 0x92);
    expect_read(player, "IIR with queues on: a 16550A", 3, 0xc1);
    expect_read(player, "IIR, when \"may send\" is asked for", 4, 0x02);
    expect_read(player, "IIR, when it is asked for again", 5, 0x02);
}

/* --- The list --------------------------------------------------------------------- */

#define PAGE_HAND "Eight registers"
#define PAGE_QUEUE "A queue"
#define PAGE_IRQ "The line is a level"
#define PAGE_FIND "How a driver finds it"
#define PAGE_KEYS "The keys that leave"

static const struct check checks[] = {
    {"read.data", "each read takes one byte, in their order", "serial_read", 5,
     PAGE_QUEUE, read_takes_one_byte_each},
    {"read.iir", "reading IIR takes \"may send\", and nothing else", "serial_read", 5,
     PAGE_IRQ, read_iir_takes_may_send},
    {"read.lsr", "LSR says what waits, and what was lost once", "serial_read", 3,
     PAGE_QUEUE, read_lsr},
    {"read.msr", "reading MSR forgets the changes", "serial_read", 3, PAGE_HAND,
     read_msr_forgets_changes},
    {"read.dlab", "behind DLAB stands the divisor", "serial_read", 4, PAGE_HAND,
     read_divisor},
    {"write.data", "a byte leaves, and the next may be written", "serial_write", 4,
     PAGE_HAND, write_sends},
    {"write.ier", "whoever begins to ask for \"may send\" is told", "serial_write", 4,
     PAGE_IRQ, write_ier_asks},
    {"write.dlab", "the divisor is not sent", "serial_write", 3, PAGE_HAND,
     write_divisor},
    {"write.loop", "in a loop nothing leaves", "serial_write", 4, PAGE_FIND, write_loops},
    {"write.queues", "queues are turned on, off, and emptied", "serial_write", 3,
     PAGE_QUEUE, write_empties_queues},
    {"write.found", "a driver finds a 16550A", "serial_write", 2, PAGE_FIND,
     write_is_found},
    {"cause.order", "the most urgent cause comes first", "serial_cause", 6, PAGE_IRQ,
     cause_most_urgent_first},
    {"cause.wanted", "only what IER asks for is a cause", "serial_cause", 5, PAGE_IRQ,
     cause_only_what_is_wanted},
    {"cause.lasts", "a cause lasts until it is dealt with", "serial_cause", 4, PAGE_IRQ,
     cause_lasts},
    {"interrupt.level", "IRQ 4 is up as long as there is a cause", "serial_interrupt", 4,
     PAGE_IRQ, interrupt_is_a_level},
    {"interrupt.gate", "OUT2 lets it through, and a loop does", "serial_interrupt", 3,
     PAGE_IRQ, interrupt_goes_through_a_gate},
    {"interrupt.driver", "a guest that sleeps is woken for each byte", "serial_interrupt",
     3, PAGE_IRQ, interrupt_drives_a_guest},
    {"input.room", "as much is taken as there is room for", "serial_input", 4, PAGE_QUEUE,
     input_as_much_as_there_is_room},
    {"input.order", "bytes keep their order", "serial_input", 3, PAGE_QUEUE,
     input_in_its_order},
    {"input.loop", "in a loop nothing comes in", "serial_input", 3, PAGE_FIND,
     input_not_in_a_loop},
    {"modem.change", "an input that changes is noted", "serial_modem", 3, PAGE_HAND,
     modem_notes_changes},
    {"modem.ring", "of a ring the end is noted", "serial_modem", 2, PAGE_HAND,
     modem_notes_the_end_of_a_ring},
    {"open.raw", "every key arrives as it is", "serial_terminal_open", 4, PAGE_KEYS,
     open_makes_it_raw},
    {"open.output", "output is not touched", "serial_terminal_open", 2, PAGE_KEYS,
     open_leaves_output},
    {"open.back", "the terminal can be given back", "serial_terminal_open", 2, PAGE_KEYS,
     open_can_be_undone},
    {"open.pipe", "a pipe is left alone", "serial_terminal_open", 2, PAGE_KEYS,
     open_leaves_a_pipe},
    {"keys.leave", "Ctrl-] x leaves", "serial_terminal_keys", 4, PAGE_KEYS, keys_leave},
    {"keys.split", "keys may come in pieces", "serial_terminal_keys", 3, PAGE_KEYS,
     keys_come_in_pieces},
    {"keys.escape", "Ctrl-] can be sent, and forgotten", "serial_terminal_keys", 2,
     PAGE_KEYS, keys_behind_an_escape},
    {"keys.pipe", "a pipe is not filtered", "serial_terminal_keys", 1, PAGE_KEYS,
     keys_of_a_pipe},
};

int main(int argc, char **argv)
{
    return judge_main(argc, argv, "h07-serial", checks, sizeof checks / sizeof *checks);
}
