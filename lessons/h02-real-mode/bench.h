/* bench.h - what stands around the machine in lesson h02: a serial line, a front panel,
 * and the counts of exits.
 *
 * The bench is the host's end of the guest's ports. What the guest sends on its serial
 * line is printed; what it reads there is what the learner has typed before (`type`).
 * The panel has 16 ports that hold a value each: the learner sets what the guest reads,
 * and sees what the guest has written.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "../h01-kvm/machine.h"
#include "realmode.h"

enum {
    BENCH_PANEL = 0x10, /* the first port of the panel */
    BENCH_PANEL_PORTS = 16,
    BENCH_INPUT = 4096, /* bytes that can wait on the line */
    BENCH_DEVICES = 2,
    BENCH_REGISTERS = 16, /* of which `regs` marks the changed ones */
    BENCH_MEMORY = 1 << 20,
};

struct bench {
    bool known; /* false: the fields below are zeroed bytes still */
    struct machine *machine;
    struct realmode realmode;
    struct port_device devices[BENCH_DEVICES];
    struct line line;

    uint8_t input[BENCH_INPUT]; /* what waits for the guest: from input_next on */
    size_t input_next, input_length;
    bool quiet;                /* keep what the guest sends in SENT, do not print it */
    uint8_t sent[BENCH_INPUT]; /* at most that much of it */
    size_t sent_length;
    bool open_line; /* the guest's last line on the screen is not ended */

    uint32_t panel[BENCH_PANEL_PORTS];   /* what the guest reads */
    uint32_t written[BENCH_PANEL_PORTS]; /* what it has written */
    bool was_written[BENCH_PANEL_PORTS];

    uint16_t segment, offset;        /* where the program starts: `reset` goes there */
    char program[256];               /* what stands there: a file, or one of our guests */
    size_t size;                     /* its bytes */
    uint32_t linked;                 /* the address of its first byte in its ELF file */
    unsigned loads;                  /* how many programs were loaded so far */
    uint16_t shown[BENCH_REGISTERS]; /* the registers when they were last looked at */
};

/* The bench of this session, with a machine on it that is ready to run: if there is
 * none, a VM with 1 MiB and one vCPU, reset to 0100:0000. Returns NULL when that failed
 * and has been said. */
struct bench *bench_of(struct tutor *tutor);

/* Puts the processor at the program's start and forgets the counts of exits and what the
 * guest has sent. Returns 0, or 1 when that failed and has been said. */
int bench_reset(struct tutor *tutor, struct bench *bench);

/* Adds bytes to those that wait for the guest. Returns 0, or 1 when there is no room
 * and that has been said. */
int bench_type(struct tutor *tutor, struct bench *bench, const void *bytes,
               size_t length);

/* Ends the line on the screen that the guest has left open. */
void bench_end_line(struct bench *bench);

#endif
