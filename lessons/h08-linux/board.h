/* board.h - the machine of lesson h08's REPL while it is a PC for Linux: chips, a serial
 * line, ACPI's registers, and what the words share.
 *
 * It takes the place of the machine in the hand (h01's machine.h): so the words of the
 * lessons before, which look at registers, addresses and memory, look at Linux. The guest
 * runs only while a word runs it, in slices of 20 ms, between which keys and Ctrl-C are
 * looked at.
 */
#ifndef BOARD_H
#define BOARD_H

#include "../h01-kvm/machine.h"
#include "linux_boot.h"
#include "monitor.h"
#include "realmode.h"
#include "serial.h"

enum {
    BOARD_MEMORY = 128 << 20,
    BOARD_PORTS = 1 << 16,
    BOARD_LINE = 1024,  /* the longest line of the guest that is kept */
    BOARD_INPUT = 4096, /* bytes that can wait for the guest */
    BOARD_DEVICES = 5,
};

/* Which of the things that save time are left out, to see what they save. */
enum {
    BOARD_TRY_KEYBOARD = 1 << 0, /* the FADT says that there is a keyboard controller */
    BOARD_TRY_CMOS = 1 << 1,     /* ... that there is a CMOS clock; it reads all ones */
    BOARD_TRY_CPUID = 1 << 3,    /* CPUID does not say that there is a hypervisor */
    BOARD_TRY_PAGES = 1 << 2,    /* guest memory in pages of 4 KiB only */
};

/* Why the guest stands still. */
enum board_end {
    BOARD_ON, /* it does not need to */
    BOARD_PROMPT,
    BOARD_BREAK,
    BOARD_OFF,
    BOARD_RESTARTED,
    BOARD_TIME,   /* the seconds are over */
    BOARD_LEFT,   /* by Ctrl-C or the escape key */
    BOARD_CRASH,  /* a triple fault */
    BOARD_FAILED, /* an exit that nobody answers, or a call that failed: see error */
};

struct board {
    bool up;       /* there is a kernel in the machine, and it has not ended */
    bool started;  /* it has run */
    bool prompted; /* the last thing that the guest said is a prompt */
    struct machine *machine;
    struct port_device devices[BOARD_DEVICES];
    unsigned tries; /* BOARD_TRY_ */
    int error;      /* errno of a failure */

    struct serial serial;
    bool level;            /* of IRQ 4, as KVM knows it */
    char line[BOARD_LINE]; /* what the guest has said since the last newline, */
    size_t line_length;
    bool raw;   /* it was printed already, byte by byte */
    bool quiet; /* lines are kept in SAID, not printed */
    char said[8192];
    size_t said_length;
    const char *until; /* a text: the guest is stopped when a line of its has it; NULL */
    bool heard;        /* one had */
    uint8_t input[BOARD_INPUT]; /* what waits for the guest */
    size_t input_next, input_length;

    enum linux_power power;
    uint16_t events;

    uint64_t begun, first_output; /* ns; 0: not yet */
    uint64_t ran;                 /* ns in which the guest was let run */
    uint64_t exits[EXIT_KINDS];
    uint32_t reads[BOARD_PORTS], writes[BOARD_PORTS];

    struct monitor_breaks breaks;
    uint64_t linear; /* physical - virtual, of the kernel's code */

    struct linux_image image;
    struct linux_facts facts;
    char command_line[2048];
    uint64_t entry, end;
};

/* The board of this session, with or without a kernel on it. NULL when there is no memory
 * and that has been said. */
struct board *board_of(struct tutor *tutor);

/* The same, if there is a kernel on it; else NULL, and that has been said. */
struct board *board_up(struct tutor *tutor);

/* The word ARGV[0] of the lessons before this one. */
int board_earlier(struct tutor *tutor, int argc, char **argv);

/* Takes the machine in the hand away, whatever was on it, and makes another one: chips,
 * MEMORY bytes, a vCPU that is told what to be. Returns 0, or 1 when that failed and has
 * been said. */
int board_make(struct tutor *tutor, struct board *board, size_t memory);

/* Takes it away. */
void board_destroy(struct board *board);

/* Nanoseconds of CLOCK_MONOTONIC. */
uint64_t board_now(void);

/* Hands over as much of what waits as the chip has room for, once a driver listens: before
 * that, it would be thrown away. */
void board_feed(struct board *board);

/* move.c: one instruction, and the answers to its exits. A breakpoint on it is lifted
 * meanwhile. */
enum board_end board_one(struct board *board);

/* move.c: lets the guest run until something of enum board_end happens; SECONDS 0: no limit.
 * With PROMPT it also ends when the guest has said a prompt and has taken all input. */
enum board_end board_run(struct tutor *tutor, struct board *board, double seconds,
                         bool prompt);

/* The same, while keys go to the guest, until the escape key. */
enum board_end board_talk(struct tutor *tutor, struct board *board);

/* Says why the guest stands still. Returns an exit status. */
int board_say(struct tutor *tutor, struct board *board, enum board_end end);

/* Adds a text to what waits for the guest. False when there is no room. */
bool board_type(struct board *board, const char *text);

/* words: the run() of a tutor_command each. */
int word_kernel(struct tutor *tutor, int argc, char **argv);  /* image.c */
int word_prepare(struct tutor *tutor, int argc, char **argv); /* boot.c */
int word_boot(struct tutor *tutor, int argc, char **argv);
int word_stop(struct tutor *tutor, int argc, char **argv);
int word_parameters(struct tutor *tutor, int argc, char **argv); /* told.c */
int word_e820(struct tutor *tutor, int argc, char **argv);
int word_cpuid(struct tutor *tutor, int argc, char **argv);
int word_acpi(struct tutor *tutor, int argc, char **argv);    /* tables.c */
int word_console(struct tutor *tutor, int argc, char **argv); /* talk.c */
int word_run_on(struct tutor *tutor, int argc, char **argv);
int word_irq_of(struct tutor *tutor, int argc, char **argv);
int word_exits_of(struct tutor *tutor, int argc, char **argv);
int word_symbol(struct tutor *tutor, int argc, char **argv); /* debug.c */
int word_break_at(struct tutor *tutor, int argc, char **argv);
int word_delete_at(struct tutor *tutor, int argc, char **argv);
int word_gdt_of(struct tutor *tutor, int argc, char **argv); /* gdt.c */
int word_disasm_of(struct tutor *tutor, int argc, char **argv);
int word_step_on(struct tutor *tutor, int argc, char **argv);

/* image.c: a file, or the kernel of that name in build/guests/linux, mapped. */
struct image_file {
    uint8_t *bytes;
    size_t size;
};

/* WHAT: "a kernel". Returns 0, or 1 when that failed and has been said. */
int image_open(struct tutor *tutor, struct image_file *file, const char *name,
               const char *what);
void image_close(struct image_file *file);

#endif
