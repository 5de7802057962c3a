/* uart.h - a serial port as a driver sees it: eight ports and what their bits say.
 *
 * The same chip stands in serial.h, from its own side. A driver needs no more than this
 * page: the names are those of the data sheet of the PC16550D, "Registers".
 */
#ifndef UART_H
#define UART_H

#include "guest.h"

enum {
    COM1 = 0x3f8,
    DATA = 0,
    IER = 1, /* which interrupts are wanted */
    IIR = 2, /* read: why it interrupts */
    FCR = 2, /* write: the queues */
    LCR = 3,
    MCR = 4,
    LSR = 5,
    MSR = 6,
    SCR = 7,

    IER_INPUT = 1,
    IER_OUTPUT = 2,
    IIR_NONE = 1,
    IIR_CAUSE = 0x0f,
    IIR_OUTPUT = 2,
    IIR_INPUT = 4,
    FCR_ON = 1,
    FCR_CLEAR = 6, /* both queues */
    LCR_8_BITS = 3,
    LCR_DLAB = 0x80,
    MCR_DTR_RTS = 3,
    MCR_OUT2 = 8, /* lets the interrupt through */
    MCR_LOOP = 16,
    LSR_INPUT = 1,
    LSR_MAY_SEND = 0x20,
};

static inline uint8_t get(unsigned offset)
{
    return in8((uint16_t)(COM1 + offset));
}

static inline void put(unsigned offset, unsigned value)
{
    out8((uint16_t)(COM1 + offset), (uint8_t)value);
}

#endif
