/* serial.h - a serial port that Linux believes, and the terminal behind it: the
 * contract of lesson h07-serial.
 *
 * COM1 of a PC is a chip with eight ports from 0x3f8 on, one interrupt line (IRQ 4),
 * and two queues of 16 bytes: a 16550A. A driver finds out what chip it has by trying:
 * it writes a register and reads it back, it looks for queues, it connects the chip's
 * outputs to its own inputs ("loop"). Then it asks for interrupts, and from there on
 * only answers them.
 *
 *     + 0  read: a byte that came in   write: a byte to send   (DLAB: divisor, low)
 *     + 1  IER  which interrupts are wanted          (DLAB: divisor, high)
 *     + 2  read: IIR, why I interrupt        write: FCR, the queues
 *     + 3  LCR  form of the line, and bit 7: DLAB
 *     + 4  MCR  outputs of the modem, the gate of the interrupt, loop
 *     + 5  LSR  bytes waiting, may send
 *     + 6  MSR  inputs of the modem
 *     + 7  SCR  a byte for whoever wants one
 *
 * Our line has no speed: a byte that is written is sent at once, and "may send" is always
 * true. Nothing here blocks, waits or allocates, whatever the guest writes.
 *
 * Read on: the data sheet of the PC16550D ("Registers", tables II to IV); the driver in
 * the kernel, drivers/tty/serial/8250/8250_port.c; termios(3); the page
 * lessons/h07-serial.
 */
#ifndef SERIAL_H
#define SERIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <termios.h>

enum {
    SERIAL_COM1 = 0x3f8, /* the first port */
    SERIAL_PORTS = 8,
    SERIAL_IRQ = 4,
    SERIAL_QUEUE = 16, /* bytes that a queue holds */
};

/* Offsets of the registers. */
enum {
    SERIAL_DATA = 0,
    SERIAL_IER = 1,
    SERIAL_IIR = 2, /* read */
    SERIAL_FCR = 2, /* write */
    SERIAL_LCR = 3,
    SERIAL_MCR = 4,
    SERIAL_LSR = 5,
    SERIAL_MSR = 6,
    SERIAL_SCR = 7,
};

/* Their bits. */
enum {
    SERIAL_IER_INPUT = 1 << 0,  /* a byte has come in */
    SERIAL_IER_OUTPUT = 1 << 1, /* the next byte may be written */
    SERIAL_IER_LINE = 1 << 2,   /* an error in what came in: never happens here */
    SERIAL_IER_MODEM = 1 << 3,  /* an input of the modem has changed */

    SERIAL_IIR_NONE = 0x01, /* "no interrupt": the bit is 0 when there is one */
    SERIAL_IIR_MODEM = 0x00,
    SERIAL_IIR_OUTPUT = 0x02,
    SERIAL_IIR_INPUT = 0x04,
    SERIAL_IIR_QUEUES = 0xc0, /* queues are on: this is a 16550A */

    SERIAL_FCR_ON = 1 << 0,
    SERIAL_FCR_CLEAR_INPUT = 1 << 1,
    SERIAL_FCR_CLEAR_OUTPUT = 1 << 2,

    SERIAL_LCR_DLAB = 1 << 7,

    SERIAL_MCR_DTR = 1 << 0,
    SERIAL_MCR_RTS = 1 << 1,
    SERIAL_MCR_OUT1 = 1 << 2,
    SERIAL_MCR_OUT2 = 1 << 3, /* on a PC: lets the interrupt through */
    SERIAL_MCR_LOOP = 1 << 4,

    SERIAL_LSR_INPUT = 1 << 0,       /* a byte waits */
    SERIAL_LSR_OVERRUN = 1 << 1,     /* one was lost, the queue was full */
    SERIAL_LSR_MAY_SEND = 1 << 5,    /* the queue for output is empty */
    SERIAL_LSR_ALL_IS_SENT = 1 << 6, /* and the last byte has left */

    SERIAL_MSR_CHANGED = 0x0f, /* one bit for each input, cleared by reading */
    SERIAL_MSR_CTS = 1 << 4,
    SERIAL_MSR_DSR = 1 << 5,
    SERIAL_MSR_RI = 1 << 6,
    SERIAL_MSR_DCD = 1 << 7,
};

/* The chip. */
struct serial {
    void (*send)(void *context, uint8_t byte); /* the far end of the line */
    void *context;                             /* handed to send */

    uint8_t ier, lcr, mcr, scr; /* as the guest has written them */
    uint8_t divisor[2];         /* low, high */
    uint8_t msr;                /* the four inputs and what has changed */
    bool queues;                /* FCR: on */
    bool overrun;               /* a byte was lost; cleared by reading LSR */
    bool may_send;              /* an interrupt for "may send" is due */

    uint8_t input[SERIAL_QUEUE]; /* a ring: what came in and was not read yet */
    unsigned first;              /* the oldest byte */
    unsigned waiting;            /* how many there are */
};

/* A chip as after a reset, with somebody at the other end of the line: CTS, DSR and DCD
 * are on, nothing has changed. SEND is called for each byte that leaves.
 */
void serial_reset(struct serial *serial, void (*send)(void *context, uint8_t byte),
                  void *context);

/* The guest reads register OFFSET (0 to 7; the rest of its bits is ignored). What
 * reading changes: DATA takes the oldest byte (0 when none waits); IIR takes "may send"
 * when that is what it says; LSR forgets the overrun; MSR forgets the changes. While
 * LCR has DLAB set, the offsets 0 and 1 are the divisor.
 */
uint8_t serial_read(struct serial *serial, unsigned offset);

/* The guest writes VALUE to register OFFSET. IER keeps 4 bits, MCR 5; asking for "may
 * send" when it was not asked for makes it due; LSR and MSR cannot be written. A byte
 * in DATA is sent, and "may send" is due again; with MCR_LOOP it comes in instead and
 * nobody else sees it. While LCR has DLAB set, the offsets 0 and 1 are the divisor.
 */
void serial_write(struct serial *serial, unsigned offset, uint8_t value);

/* The most urgent reason for an interrupt that the guest wants, as IIR says it: INPUT,
 * then OUTPUT, then MODEM; SERIAL_IIR_NONE when there is none. Changes nothing.
 */
uint8_t serial_cause(const struct serial *serial);

/* The level of the interrupt line: there is a cause, and MCR_OUT2 lets it through. In a
 * loop OUT2 is an input of the modem and closes nothing. Whoever called serial_read,
 * serial_write or serial_input then has to give IRQ 4 this level.
 */
bool serial_interrupt(const struct serial *serial);

/* Bytes come in from the far end: takes as many of the LENGTH at BYTES as there is room
 * for (SERIAL_QUEUE bytes, or 1 while the queues are off), in their order, and says how
 * many. The caller keeps the rest and tries again when the guest has read: so nothing
 * is lost. While the chip is in a loop it takes none.
 */
size_t serial_input(struct serial *serial, const uint8_t *bytes, size_t length);

/* The four inputs of the modem (upper half of MSR) are LEVELS now: keeps them, and
 * notes in the lower half which have changed; RI is noted only when it goes off.
 */
void serial_modem(struct serial *serial, uint8_t levels);

/* --- The terminal
 * ------------------------------------------------------------------------ */

/* The key that leaves: Ctrl-] and then x, as in many programs that talk to a line. Ctrl-]
 * twice sends one Ctrl-]. */
enum { SERIAL_ESCAPE = 0x1d };

/* What the user types, on the way to the guest. */
struct serial_terminal {
    int fd;               /* where input comes from: a terminal, a pipe, a file */
    bool raw;             /* it is a terminal, and in raw mode */
    bool escaped;         /* the last key was SERIAL_ESCAPE */
    struct termios saved; /* how the terminal was; when raw */
};

/* Prepares FD for input. A terminal is put into raw mode, so that every key (Ctrl-C, too)
 * arrives as it is typed and nothing is echoed but by the guest; output is not touched.
 * Anything else is left as it is. Returns 0, or -1 with errno of tcsetattr(3).
 */
int serial_terminal_open(struct serial_terminal *terminal, int fd);

/* Gives the terminal back as it was. To be called however the program ends; the second
 * call does nothing. */
void serial_terminal_close(struct serial_terminal *terminal);

/* Filters the LENGTH bytes in BYTES, which were just read: on a terminal SERIAL_ESCAPE
 * and the key after it are taken out. A pipe is not filtered. Keys may come in pieces.
 * Returns how many bytes are left in BYTES for the guest; LEAVE is set when the user
 * wants to leave, and the bytes before that key are returned.
 */
size_t serial_terminal_keys(struct serial_terminal *terminal, uint8_t *bytes,
                            size_t length, bool *leave);

#endif
