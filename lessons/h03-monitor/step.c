/* step.c - the words of lesson h03: a debugger for a guest that does not know of it.
 *
 * It moves the machine of lesson h02 through the module of this lesson, so run, step and
 * disasm are here again, and mind breakpoints, watches, devices in memory and symbols.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "../h02-real-mode/words.h"
#include "debugger.h"

/* --- Moving ------------------------------------------------------------------------- */

/* `run` and `continue`: the second has no FILE. */
static int go(struct tutor *tutor, int argc, char **argv)
{
    struct debugger *debugger = debugger_of(tutor);
    double seconds = 0;
    int at = 1;

    if (debugger == NULL)
        return 1;
    if (argc > 1 && !isdigit((unsigned char)*argv[1]) && strcmp(argv[0], "run") == 0) {
        if (word_load_program(tutor, debugger->bench, argv[at++]) ||
            (debugger = debugger_of(tutor)) == NULL)
            return 1;
    }
    if (argc > at && !machine_seconds(argv[at], &seconds)) {
        tutor_error(tutor, "%s: must be a number of seconds", argv[at]);
        return MACHINE_USAGE;
    }
    bool alarm;
    enum debug_end end = debug_move(tutor, debugger, seconds, &alarm);
    return debug_say(tutor, debugger, end, alarm);
}

int debug_step_shown(struct tutor *tutor, struct debugger *debugger, enum debug_end *end)
{
    enum { CHANGES = 52 }; /* the column where they start */
    struct registers registers;
    uint16_t before[BENCH_REGISTERS];
    unsigned exits;
    int columns;

    if (registers_get(tutor, debugger->bench, &registers))
        return 1;
    registers_remember(&registers, before);
    if (debug_instruction(tutor, debugger, registers.special.cs.selector,
                          (uint16_t)registers.general.rip, &columns) == 0)
        return 1;
    *end = debug_one(debugger, true, &exits);
    if (registers_get(tutor, debugger->bench, &registers))
        return 1;
    /* On the instruction's line, or, when exits stand between, on one of its own. */
    int indent = exits ? 11 : columns < CHANGES - 2 ? CHANGES - columns : 2;
    if (registers_print_changes(&registers, before, indent) || exits == 0)
        putchar('\n');
    return 0;
}

static int step(struct tutor *tutor, int argc, char **argv)
{
    struct debugger *debugger = debugger_of(tutor);
    enum debug_end end = DEBUG_ON;
    uint64_t count = 1;
    int status = 0;

    if (debugger == NULL)
        return 1;
    if (argc > 1 && (!machine_number(argv[1], &count) || count == 0)) {
        tutor_error(tutor, "%s: must be a number of instructions", argv[1]);
        return MACHINE_USAGE;
    }
    debugger->bench->quiet = true;
    machine_listen(debugger->bench->machine, 0);
    for (; count > 0 && end == DEBUG_ON && status == 0 && !tutor_interrupted(tutor);
         count--)
        status = debug_step_shown(tutor, debugger, &end);
    (void)machine_unlisten(); /* no alarm was set */
    debugger->bench->quiet = false;
    return status != 0 ? 1 : debug_say(tutor, debugger, end, false);
}

/* --- Looking ------------------------------------------------------------------------ */

static int mem(struct tutor *tutor, int argc, char **argv)
{
    struct debugger *debugger = debugger_of(tutor);
    uint64_t address;
    char number[32];

    if (debugger == NULL)
        return 1;
    int status = debug_address(tutor, debugger, argv[1], &address);
    if (status != 0)
        return status;
    snprintf(number, sizeof number, "0x%llx", (unsigned long long)address);
    char *words[] = {argv[0], number, argc > 2 ? argv[2] : NULL, NULL};
    return machine_mem(tutor, argc, words);
}

static int disasm(struct tutor *tutor, int argc, char **argv)
{
    struct debugger *debugger = debugger_of(tutor);
    struct registers registers;
    uint64_t count = 8, address;
    int columns;

    if (debugger == NULL || registers_get(tutor, debugger->bench, &registers))
        return 1;
    uint16_t segment = registers.special.cs.selector;
    uint16_t offset = (uint16_t)registers.general.rip;
    if (argc > 1) {
        int status = debug_address(tutor, debugger, argv[1], &address);
        if (status != 0)
            return status;
        uint64_t base = realmode_address(segment, 0);
        if (address < base || address - base > UINT16_MAX)
            base = address & 0xf0000, segment = (uint16_t)(base >> 4);
        if (address - base > UINT16_MAX)
            return tutor_error(tutor, "%s: is beyond what real mode reaches", argv[1]);
        offset = (uint16_t)(address - base);
    }
    if (argc > 2 && (!machine_number(argv[2], &count) || count == 0 || count > 4096)) {
        tutor_error(tutor, "%s: must be a number of instructions, up to 4096", argv[2]);
        return MACHINE_USAGE;
    }
    for (; count > 0; count--) {
        size_t size = debug_instruction(tutor, debugger, segment, offset, &columns);
        if (size == 0)
            return 1;
        putchar('\n');
        offset = (uint16_t)(offset + size);
    }
    return 0;
}

/* --- The table ---------------------------------------------------------------------- */

/* The symbols of the program, for Tab. */
static const char *const *symbol_names(struct tutor *tutor)
{
    enum { MOST = 255 };
    static const char *names[MOST + 1];
    const struct debugger *debugger = debugger_of(tutor);
    size_t count = 0;

    for (; debugger && count < MOST && count < debugger->symbols.count; count++)
        names[count] = debugger->symbols.list[count].name;
    names[count] = NULL;
    return names;
}

static const struct tutor_command commands[] = {
    {.name = "break",
     .arguments = "[ADDRESS|SYMBOL]",
     .help = "stop in front of the instruction there; alone: list what is set",
     .details =
         "ADDRESS is a number, or SEGMENT:OFFSET in hexadecimal. SYMBOL is a label\n"
         "of the program, if its ELF file stands beside it: next, next+3.",
     .most = 1,
     .completion = TUTOR_COMPLETE_WORDS,
     .words = symbol_names,
     .run = debug_word_break},
    {.name = "delete",
     .arguments = "[ADDRESS|SYMBOL]",
     .help = "take a breakpoint or a watch away; alone: all of them",
     .most = 1,
     .completion = TUTOR_COMPLETE_WORDS,
     .words = symbol_names,
     .run = debug_word_delete},
    {.name = "watch",
     .arguments = "[ADDRESS|SYMBOL [LENGTH [write|access|execute]]]",
     .help = "stop when memory is written; alone: list what is set",
     .details =
         "LENGTH is 1 byte if none is given, else 2, 4 or 8, at a multiple of it.\n"
         "access: reads stop, too. execute: as break, and memory is not touched.",
     .most = 3,
     .completion = TUTOR_COMPLETE_WORDS,
     .words = symbol_names,
     .run = debug_word_watch},
    {.name = "continue",
     .arguments = "[SECONDS]",
     .help = "go on to the next breakpoint or watch, to a halt, or until Ctrl-C",
     .details = "With SECONDS an alarm stops it after that time.",
     .most = 1,
     .run = go},
    {.name = "run",
     .arguments = "[FILE] [SECONDS]",
     .help = "go on, as continue does; with FILE, load it first",
     .details = "FILE is one that load takes. With SECONDS an alarm stops it after that "
                "time.",
     .most = 2,
     .completion = TUTOR_COMPLETE_FILES,
     .run = go},
    {.name = "step",
     .arguments = "[N]",
     .help = "execute one instruction, or N, and show what each of them changes",
     .most = 1,
     .run = step},
    {.name = "disasm",
     .arguments = "[ADDRESS|SYMBOL [N]]",
     .help = "N instructions (8) in words, with labels; * marks a breakpoint",
     .most = 2,
     .completion = TUTOR_COMPLETE_WORDS,
     .words = symbol_names,
     .run = disasm},
    {.name = "mem",
     .arguments = "ADDRESS|SYMBOL [LENGTH]",
     .help = "show guest memory as it is, planted bytes included",
     .least = 1,
     .most = 2,
     .completion = TUTOR_COMPLETE_WORDS,
     .words = symbol_names,
     .run = mem},
    {.name = "mmio",
     .arguments = "[VALUE]",
     .help = "the device at 0x100000: set its switches; alone: show it",
     .most = 1,
     .run = debug_word_mmio},
    {.name = "dirty",
     .arguments = "[on|off]",
     .help = "the pages that the guest has written since it was last asked",
     .most = 1,
     .run = debug_word_dirty},
    {.name = "trace",
     .arguments = "[clear]",
     .help = "exits by kind: how many, and what they cost",
     .most = 1,
     .run = debug_word_trace},
    {.name = "probe",
     .arguments = "",
     .help = "find out by trying what debugging works on this KVM",
     .run = debug_word_probe},
    {0},
};

TUTOR_LESSON(h03) = {.id = "h03-monitor", .commands = commands};
