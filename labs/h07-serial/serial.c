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
#include "lab.h"

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
    /* 2. Reading "may send" here is how a driver says that it has seen it: one that
     *    has no more to send must not be asked for ever. */
    /* 3. The line is idle: there is always room, and all is sent. */
    LAB_TODO("7.1", serial_read);
    return 0;
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
    /* 2. The byte is gone as soon as it is written, and so there is room again. */
    /* 3. Whoever begins to ask for "may send" gets it at once: the queue is empty. A
     *    driver starts its output with nothing else. */
    /* 4. The inputs of the modem are the far end's, or in a loop our own outputs. */
    LAB_TODO("7.2", serial_write);
}

/* Says why it interrupts.                                     @lab 7.3 @points 15
 * PC16550D, table IV. Each reason counts only when IER asks for it.
 */
uint8_t serial_cause(const struct serial *serial)
{
    LAB_TODO("7.3", serial_cause);
    return 0;
}

/* The level of IRQ 4.                                         @lab 7.4 @points 10
 * On a PC the chip's interrupt goes through a gate that OUT2 opens.
 */
bool serial_interrupt(const struct serial *serial)
{
    LAB_TODO("7.4", serial_interrupt);
    return false;
}

/* Takes bytes from the far end.                               @lab 7.5 @points 10
 * room and put above are given.
 */
size_t serial_input(struct serial *serial, const uint8_t *bytes, size_t length)
{
    LAB_TODO("7.5", serial_input);
    return 0;
}

/* Notes the inputs of the modem.                              @lab 7.6 @points 5
 * PC16550D, "Modem status register": a change bit stands 4 below its input.
 */
void serial_modem(struct serial *serial, uint8_t levels)
{
    LAB_TODO("7.6", serial_modem);
}
