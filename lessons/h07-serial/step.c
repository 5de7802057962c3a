/* step.c - the words of lesson h07: a serial port, from both of its ends.
 *
 * The guests are those of the lessons before, and those that drive the port: find, talk,
 * scribble. in and out do by hand what a driver does.
 */
#include <stddef.h>
#include "wire.h"

static const char *const *registers(struct tutor *tutor)
{
    static const char *const names[] = {"data", "ier", "iir", "fcr", "lcr",
                                        "mcr",  "lsr", "msr", "scr", NULL};
    (void)tutor;
    return names;
}

static const char *const *on_off(struct tutor *tutor)
{
    static const char *const words[] = {"on", "off", NULL};
    (void)tutor;
    return words;
}

static const struct tutor_command commands[] = {
    {.name = "serial",
     .arguments = "[reset]",
     .help = "the registers of the chip in words, its queue and its line; none is read",
     .most = 1,
     .run = wire_word_serial},
    {.name = "in",
     .arguments = "REGISTER",
     .help = "read a register, as a driver does, with all that reading changes",
     .details = "The registers are data ier iir lcr mcr lsr msr scr, or 0 to 7.",
     .least = 1,
     .most = 1,
     .completion = TUTOR_COMPLETE_WORDS,
     .words = registers,
     .run = wire_word_in},
    {.name = "out",
     .arguments = "REGISTER VALUE",
     .help = "write a register: out mcr 0x0b",
     .details = "The registers are data ier fcr lcr mcr lsr msr scr, or 0 to 7.",
     .least = 2,
     .most = 2,
     .completion = TUTOR_COMPLETE_WORDS,
     .words = registers,
     .run = wire_word_out},
    {.name = "follow",
     .arguments = "[N]",
     .help = "let the guest run to its next access of the chip, or N, and show each",
     .most = 1,
     .run = wire_word_follow},
    {.name = "accesses",
     .arguments = "[N]",
     .help = "the last N accesses of the chip (16), by whomever",
     .most = 1,
     .run = wire_word_accesses},
    {.name = "type",
     .arguments = "TEXT…",
     .help = "send a line of text to the chip, whether somebody listens or not",
     .least = 1,
     .most = -1,
     .run = wire_word_type},
    {.name = "input",
     .arguments = "[BYTE…]",
     .help = "the same in bytes (in hexadecimal); alone: what is on its way",
     .most = -1,
     .run = wire_word_type},
    {.name = "sent",
     .arguments = "",
     .help = "what has come out of the chip since its reset",
     .run = wire_word_sent},
    {.name = "irq",
     .arguments = "[LINE [up|down]]",
     .help = "IRQ 4, as the chip holds it; or move a line by hand (0 to 23)",
     .most = 2,
     .run = wire_word_irq},
    {.name = "console",
     .arguments = "[TEXT…]",
     .help = "send a line to the guest; without one, talk to it (Ctrl-] x leaves)",
     .details = "With TEXT it waits for the guest's prompt (\"> \"), before and after.",
     .most = -1,
     .run = wire_word_console},
    {.name = "elf",
     .arguments = "FILE [NUMBER [NUMBER]]",
     .help = "load a 64-bit guest, with a chip as after its reset",
     .least = 1,
     .most = 3,
     .completion = TUTOR_COMPLETE_WORDS,
     .words = guest64_names,
     .run = wire_word_fresh},
    {.name = "chips",
     .arguments = "[on|off]",
     .help = "a new machine with a PC's chips, or without; alone: what they know",
     .most = 1,
     .completion = TUTOR_COMPLETE_WORDS,
     .words = on_off,
     .run = wire_word_fresh},
    {0},
};

TUTOR_LESSON(h07) = {.id = "h07-serial", .commands = commands};
