/* debugger.h - what the words of lesson h03 share: breakpoints, watches, symbols, and a
 * way to move a guest that minds them.
 *
 * It stands on the bench of lesson h02, whose machine it moves, and on the module of
 * this lesson. Addresses are linear, which in real mode is physical.
 */
#ifndef DEBUGGER_H
#define DEBUGGER_H

#include "../h02-real-mode/bench.h"
#include "../h02-real-mode/registers.h"
#include "monitor.h"

enum {
    DEBUG_DEVICE = 0x100000, /* the device in memory: eight lamps, eight switches */
    DEBUG_PLACE = 96,        /* room for a place in words */
};

/* Why the guest stands still. */
enum debug_end {
    DEBUG_ON, /* it does not need to */
    DEBUG_HALTED,
    DEBUG_BREAK,
    DEBUG_WATCH,
    DEBUG_STOPPED, /* by Ctrl-C or the alarm */
    DEBUG_UNKNOWN, /* an exit that nobody answers */
    DEBUG_FAILED,  /* a call that failed: see error */
};

struct debugger {
    bool known; /* false: the fields below are zeroed bytes still */
    struct bench *bench;

    unsigned loads;    /* bench->loads, bench->program and bench->size, */
    char program[256]; /* when they were last looked at */
    size_t size;
    struct monitor_symbols symbols; /* of that program */
    uint64_t symbols_base;          /* to be added to their addresses */
    uint64_t start;                 /* of that program */

    struct monitor_breaks breaks;
    struct monitor_watch watches[MONITOR_WATCHES];
    unsigned watch_count;
    uint8_t before[MONITOR_WATCHES][8]; /* what stood there when the guest moved last */
    unsigned hits;                      /* the watches that have ended a move: bits */

    int can;            /* the MONITOR_CAN_ bits of this KVM */
    int error;          /* errno of a move that failed, */
    const char *failed; /* and of which call */
    struct monitor_trace trace;

    struct mmio_device device;
    uint8_t lamps[8], switches[8];
};

/* debugger.c */

/* The debugger of this session, with a machine. If another program has been loaded, its
 * symbols are read, and breakpoints in the old one are gone. Returns NULL when that
 * failed and has been said. */
struct debugger *debugger_of(struct tutor *tutor);

/* Reads "next", "next+3", or an address as machine_address does. Returns 0, or
 * MACHINE_USAGE when it is something else and that has been said. */
int debug_address(struct tutor *tutor, const struct debugger *debugger, const char *text,
                  uint64_t *address);

/* The index of the breakpoint at ADDRESS, or -1. */
int debug_break_at(const struct debugger *debugger, uint64_t address);

/* The symbol that ADDRESS belongs to, or NULL; OFFSET gets how far behind it. */
const char *debug_symbol(const struct debugger *debugger, uint64_t address,
                         uint64_t *offset);

/* "0100:0006 next", "0100:0009 next+3" or "0x101000", as cs sees it. */
void debug_place(const struct debugger *debugger, uint64_t address,
                 char text[DEBUG_PLACE]);

/* Prints the instruction at SEGMENT:OFFSET as it is without breakpoints, with its label
 * on a line before, without a newline; COLUMNS gets how many columns that took. Returns
 * how many bytes it has, or 0 when there is no memory there and that has been said. */
size_t debug_instruction(struct tutor *tutor, const struct debugger *debugger,
                         uint16_t segment, uint16_t offset, int *columns);

/* The same in 32-bit code, whose segment starts at 0. */
size_t debug_instruction32(struct tutor *tutor, const struct debugger *debugger,
                           uint32_t address, int *columns);

/* What the code segment of the processor says of its code: 16 or 32. */
unsigned debug_bits(const struct debugger *debugger);

/* The byte at the guest's address ADDRESS, or NULL when there is none. */
uint8_t *debug_byte(const struct debugger *debugger, uint64_t address);

/* step.c: shows the next instruction of 16-bit code, executes it, and shows what it has
 * changed. END gets whether the guest can go on. Returns 0, or 1 when that failed and has
 * been said. */
int debug_step_shown(struct tutor *tutor, struct debugger *debugger, enum debug_end *end);

/* move.c */

/* Where the guest stands. */
uint64_t debug_here(const struct debugger *debugger);

/* Runs one instruction; answers its exits and, with SHOW, prints them. EXITS gets how
 * many there were. */
enum debug_end debug_one(struct debugger *debugger, bool show, unsigned *exits);

/* Runs the guest until it stops, from Ctrl-C and an alarm after SECONDS (0: none) at the
 * latest. Returns why; ALARM gets whether it was no Ctrl-C. */
enum debug_end debug_move(struct tutor *tutor, struct debugger *debugger, double seconds,
                          bool *alarm);

/* Says why the guest stands still. Returns an exit status. */
int debug_say(struct tutor *tutor, const struct debugger *debugger, enum debug_end end,
              bool alarm);

/* Whether a move has to single-step because this KVM does not hit the watches. */
bool debug_must_step(const struct debugger *debugger);

/* words.c: the words that set something. Each is the run() of a tutor_command. */
int debug_word_break(struct tutor *tutor, int argc, char **argv);
int debug_word_delete(struct tutor *tutor, int argc, char **argv);
int debug_word_watch(struct tutor *tutor, int argc, char **argv);
int debug_word_mmio(struct tutor *tutor, int argc, char **argv);
int debug_word_dirty(struct tutor *tutor, int argc, char **argv);
int debug_word_trace(struct tutor *tutor, int argc, char **argv);
int debug_word_probe(struct tutor *tutor, int argc, char **argv);

#endif
