/* wire.h - the serial port of lesson h07's REPL: the chip, where the guest finds it, and
 * what is at the other end of its line.
 *
 * The other end is the bench's (h02): what the learner types waits there, and what the
 * guest sends is printed there. Between the two stands the chip of this lesson, now, for
 * real-mode guests (`load echo`) as for 64-bit ones.
 */
#ifndef WIRE_H
#define WIRE_H

#include "../h06-interrupts/outside.h"
#include "serial.h"

enum { WIRE_DEVICES = 3, WIRE_LOG = 64 };

/* One access of the guest, or of the learner's. */
struct wire_access {
    bool write, divisor; /* divisor: DLAB was set */
    uint8_t offset, value;
    bool level; /* of IRQ 4 afterwards, */
    bool moved; /* which is another one than before */
};

struct wire {
    bool known;
    struct outside *outside;
    struct bench *bench;
    struct port_device devices[WIRE_DEVICES];
    unsigned loads; /* bench->loads when it was last looked at */

    struct serial serial;
    bool level;     /* of IRQ 4, as KVM knows it */
    unsigned rises; /* how often it has risen since the reset */

    bool patient;    /* what is typed waits until a driver listens */
    bool raw;        /* the terminal is the guest's: print all it sends, at once */
    bool prompted;   /* the last that the guest has sent is a prompt */
    bool to_prompt;  /* stop the guest when it has sent one */
    uint8_t last[2]; /* the last two bytes that it has sent */

    unsigned follow;   /* accesses to show yet; then the guest is stopped */
    bool followed;     /* it was */
    uint64_t accesses; /* since the reset */
    struct wire_access log[WIRE_LOG]; /* the last of them, by number modulo */
};

/* The wire of this session, with a machine. A real-mode program that was loaded since the
 * last time finds a chip after its reset. NULL when that failed and has been said. */
struct wire *wire_of(struct tutor *tutor);

/* The chip as after a reset; nothing has come out, and nothing waits. */
void wire_reset(struct wire *wire);

/* Hands the chip what waits, as much as it has room for, and moves IRQ 4. */
void wire_feed(struct wire *wire);

/* Has a driver got so far that it takes input? It has turned the queues on, asks for
 * the interrupt, and lets it through. Before, it would throw away what comes. */
bool wire_guest_listens(const struct wire *wire);

/* As the guest reads and writes register OFFSET. */
uint8_t wire_read(struct wire *wire, unsigned offset);
void wire_write(struct wire *wire, unsigned offset, uint8_t value);

/* decode.c: what the VALUE of a register means, in words, into TEXT of SIZE bytes. */
void wire_decode(const struct wire_access *access, char *text, size_t size);

/* decode.c: "IER"; and the offset of it, or -1: a name or a number from 0 to 7. */
const char *wire_name(const struct wire_access *access);
int wire_register(const char *name, bool write);

/* decode.c: prints an access in one line. */
void wire_print(const struct wire_access *access);

/* The run() of a tutor_command each. chip.c: */
int wire_word_serial(struct tutor *tutor, int argc, char **argv);
int wire_word_in(struct tutor *tutor, int argc, char **argv);
int wire_word_out(struct tutor *tutor, int argc, char **argv);
int wire_word_accesses(struct tutor *tutor, int argc, char **argv);
int wire_word_irq(struct tutor *tutor, int argc, char **argv);
/* line.c: */
int wire_word_type(struct tutor *tutor, int argc, char **argv);
int wire_word_sent(struct tutor *tutor, int argc, char **argv);
int wire_word_fresh(struct tutor *tutor, int argc, char **argv);
/* talk.c: */
int wire_word_follow(struct tutor *tutor, int argc, char **argv);
int wire_word_console(struct tutor *tutor, int argc, char **argv);

#endif
