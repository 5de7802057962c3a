/* step.c - the words of lesson h06: the table of handlers, the frame of an exception, and
 * everything that interrupts from outside.
 *
 * The guest is that of lesson h05, and so are its words; `elf` and `run` are here again,
 * because there is more around the guest now.
 */
#include <stddef.h>
#include "outside.h"

static const char *const *on_off(struct tutor *tutor)
{
    static const char *const words[] = {"on", "off", NULL};
    (void)tutor;
    return words;
}

static const char *const *build(struct tutor *tutor)
{
    static const char *const words[] = {"build", NULL};
    (void)tutor;
    return words;
}

static const struct tutor_command commands[] = {
    {.name = "elf",
     .arguments = "FILE [NUMBER [NUMBER]]",
     .help = "load a 64-bit guest, with no interrupt left over from the one before",
     .details = "As in lesson h05. With chips on it gets a new machine each time.",
     .least = 1,
     .most = 3,
     .completion = TUTOR_COMPLETE_WORDS,
     .words = guest64_names,
     .run = outside_word_elf},
    {.name = "idt",
     .arguments = "[VECTOR|build]",
     .help = "the processor's table of gates, or one of them; build: the host makes one",
     .details =
         "build puts 256 gates at 0x2000, where gate N leads to 0x201000 + 16 * N:\n"
         "there the guests have their handlers.",
     .most = 1,
     .completion = TUTOR_COMPLETE_WORDS,
     .words = build,
     .run = outside_word_idt},
    {.name = "gate",
     .arguments = "VECTOR ADDRESS|none [trap] [user]",
     .help = "let a gate of the table lead to ADDRESS, or nowhere",
     .least = 2,
     .most = 4,
     .run = outside_word_gate},
    {.name = "frame",
     .arguments = "",
     .help = "what the processor has pushed for the exception that was reported",
     .run = outside_word_frame},
    {.name = "inject",
     .arguments = "VECTOR",
     .help = "interrupt the guest by hand, now, or as soon as it can be",
     .least = 1,
     .most = 1,
     .run = outside_word_inject},
    {.name = "tick",
     .arguments = "[MILLISECONDS [VECTOR]|off]",
     .help = "a clock that interrupts the guest while it runs; alone: how it goes",
     .details = "The vector is 32 if none is given.",
     .most = 2,
     .run = outside_word_tick},
    {.name = "chips",
     .arguments = "[on|off]",
     .help = "a new machine with a PC's chips, or without; alone: what they know",
     .most = 1,
     .completion = TUTOR_COMPLETE_WORDS,
     .words = on_off,
     .run = outside_word_chips},
    {.name = "irq",
     .arguments = "LINE [up|down]",
     .help = "raise a line of the chips (0 to 23), or let it fall",
     .least = 1,
     .most = 2,
     .run = outside_word_irq},
    {.name = "run",
     .arguments = "[SECONDS]",
     .help = "let the guest run until it ends, or until Ctrl-C, and the clock tick",
     .details =
         "With SECONDS an alarm stops it after that time. Outside of long mode it\n"
         "is the run of the lesson before.",
     .most = 2,
     .run = outside_word_go},
    {.name = "step",
     .arguments = "[N]",
     .help = "execute one instruction, or N; taking an injected vector is a step, too",
     .details = "The clock stands still meanwhile, and the chips' interrupts wait.",
     .most = 1,
     .run = outside_word_step},
    {0},
};

TUTOR_LESSON(h06) = {.id = "h06-interrupts", .commands = commands};
