/* serial.c - the 16550A: eight registers, two queues, one interrupt line.
 *
 * The chip is a table of small rules: what a register gives, what it keeps, and what
 * reading or writing it sets off. The interrupt line is no event: it is a level,
 * computed from the state each time. That is why nothing can be lost between the guest
 * looking and the guest waiting.
 *
 * Read on: the data sheet of the PC16550D; drivers/tty/serial/8250/8250_port.c in the
 * kernel (autoconfig, serial8250_handle_irq).
 */
#include <string.h>
#include "serial.h"

void serial_reset(struct serial *serial, void (*send)(void *context, uint8_t byte),
                  void *context)
{
    *serial = (struct serial){
        .send = send,
        .context = context,
        .msr = SERIAL_MSR_CTS | SERIAL_MSR_DSR | SERIAL_MSR_DCD,
    };
}

/* How many bytes may wait. */
static unsigned room(const struct serial *serial)
{
    return (serial->queues ? SERIAL_QUEUE : 1) - serial->waiting;
}

/* Puts a byte at the end of the ring. The caller knows that there is room. */
static void put(struct serial *serial, uint8_t byte)
{
    serial->input[(serial->first + serial->waiting) % SERIAL_QUEUE] = byte;
    serial->waiting++;
}

/* Takes the oldest byte. */
static uint8_t take(struct serial *serial)
{
    if (serial->waiting == 0)
        return 0;
    uint8_t byte = serial->input[serial->first];
    serial->first = (serial->first + 1) % SERIAL_QUEUE;
    serial->waiting--;
    return byte;
}

/* Reads a register.                                           @lab 7.1 @points 20
 * PC16550D, "Registers". take above is given.
 */
uint8_t serial_read(struct serial *serial, unsigned offset)
{
    /* 1. DLAB turns the first two registers into the divisor. */
    offset %= SERIAL_PORTS;
    if (serial->lcr & SERIAL_LCR_DLAB && offset < 2)
        return serial->divisor[offset];
    uint8_t value;
    switch (offset) {
    case SERIAL_DATA:
        return take(serial);
    case SERIAL_IER:
        return serial->ier;
    case SERIAL_IIR:
        /* 2. Reading "may send" here is how a driver says that it has seen it: one that
         *    has no more to send must not be asked for ever. */
        value = serial_cause(serial);
        if (value == SERIAL_IIR_OUTPUT)
            serial->may_send = false;
        return value | (serial->queues ? SERIAL_IIR_QUEUES : 0);
    case SERIAL_LCR:
        return serial->lcr;
    case SERIAL_MCR:
        return serial->mcr;
    case SERIAL_LSR:
        /* 3. The line is idle: there is always room, and all is sent. */
        value = SERIAL_LSR_MAY_SEND | SERIAL_LSR_ALL_IS_SENT;
        value |= serial->waiting > 0 ? SERIAL_LSR_INPUT : 0;
        value |= serial->overrun ? SERIAL_LSR_OVERRUN : 0;
        serial->overrun = false;
        return value;
    case SERIAL_MSR:
        value = serial->msr;
        serial->msr &= ~SERIAL_MSR_CHANGED;
        return value;
    default:
        return serial->scr;
    }
}

/* In a loop each output of the modem feeds one input: RTS CTS, DTR DSR, OUT1 RI, OUT2
 * DCD. */
static uint8_t looped(uint8_t mcr)
{
    return (mcr & SERIAL_MCR_RTS ? SERIAL_MSR_CTS : 0) |
           (mcr & SERIAL_MCR_DTR ? SERIAL_MSR_DSR : 0) |
           (mcr & SERIAL_MCR_OUT1 ? SERIAL_MSR_RI : 0) |
           (mcr & SERIAL_MCR_OUT2 ? SERIAL_MSR_DCD : 0);
}

/* A byte leaves, or, in a loop, comes in at once. */
static void send(struct serial *serial, uint8_t byte)
{
    if (!(serial->mcr & SERIAL_MCR_LOOP))
        serial->send(serial->context, byte);
    else if (room(serial) > 0)
        put(serial, byte);
    else
        serial->overrun = true;
}

/* Writes the register for the queues. Turning them on or off empties them, too. */
static void write_fcr(struct serial *serial, uint8_t value)
{
    bool on = value & SERIAL_FCR_ON;
    if (on != serial->queues || (on && value & SERIAL_FCR_CLEAR_INPUT))
        serial->waiting = 0;
    serial->queues = on;
}

/* Writes a register.                                          @lab 7.2 @points 20
 * PC16550D, "Registers". looped, send and write_fcr above are given.
 */
void serial_write(struct serial *serial, unsigned offset, uint8_t value)
{
    /* 1. DLAB turns the first two registers into the divisor. */
    offset %= SERIAL_PORTS;
    if (serial->lcr & SERIAL_LCR_DLAB && offset < 2) {
        serial->divisor[offset] = value;
        return;
    }
    switch (offset) {
    case SERIAL_DATA:
        /* 2. The byte is gone as soon as it is written, and so there is room again. */
        send(serial, value);
        serial->may_send = true;
        break;
    case SERIAL_IER:
        /* 3. Whoever begins to ask for "may send" gets it at once: the queue is empty. A
         *    driver starts its output with nothing else. */
        if (value & ~serial->ier & SERIAL_IER_OUTPUT)
            serial->may_send = true;
        serial->ier = value & 0x0f;
        break;
    case SERIAL_FCR:
        write_fcr(serial, value);
        break;
    case SERIAL_LCR:
        serial->lcr = value;
        break;
    case SERIAL_MCR:
        /* 4. The inputs of the modem are the far end's, or in a loop our own outputs. */
        serial->mcr = value & 0x1f;
        serial_modem(serial, value & SERIAL_MCR_LOOP
                                 ? looped(value)
                                 : SERIAL_MSR_CTS | SERIAL_MSR_DSR | SERIAL_MSR_DCD);
        break;
    case SERIAL_SCR:
        serial->scr = value;
        break;
    default:
        break; /* LSR and MSR are the chip's own */
    }
}

/* Says why it interrupts.                                     @lab 7.3 @points 15
 * PC16550D, table IV. Each reason counts only when IER asks for it.
 */
uint8_t serial_cause(const struct serial *serial)
{
    if (serial->ier & SERIAL_IER_INPUT && serial->waiting > 0)
        return SERIAL_IIR_INPUT;
    if (serial->ier & SERIAL_IER_OUTPUT && serial->may_send)
        return SERIAL_IIR_OUTPUT;
    if (serial->ier & SERIAL_IER_MODEM && serial->msr & SERIAL_MSR_CHANGED)
        return SERIAL_IIR_MODEM;
    return SERIAL_IIR_NONE;
}

/* The level of IRQ 4.                                         @lab 7.4 @points 10
 * On a PC the chip's interrupt goes through a gate that OUT2 opens.
 */
bool serial_interrupt(const struct serial *serial)
{
    bool open = serial->mcr & (SERIAL_MCR_OUT2 | SERIAL_MCR_LOOP);
    return open && serial_cause(serial) != SERIAL_IIR_NONE;
}

/* Takes bytes from the far end.                               @lab 7.5 @points 10
 * room and put above are given.
 */
size_t serial_input(struct serial *serial, const uint8_t *bytes, size_t length)
{
    if (serial->mcr & SERIAL_MCR_LOOP)
        return 0;
    size_t taken = 0;
    while (taken < length && room(serial) > 0)
        put(serial, bytes[taken++]);
    return taken;
}

/* Notes the inputs of the modem.                              @lab 7.6 @points 5
 * PC16550D, "Modem status register": a change bit stands 4 below its input.
 */
void serial_modem(struct serial *serial, uint8_t levels)
{
    uint8_t old = serial->msr & 0xf0;
    uint8_t changed = old ^ levels;
    /* The bell is noted when it stops ringing. */
    if (levels & SERIAL_MSR_RI)
        changed &= ~SERIAL_MSR_RI;
    serial->msr = (serial->msr & SERIAL_MSR_CHANGED) | levels | changed >> 4;
}
