/* Forgets "may send" whatever IIR says.
 *
 * @fails read.iir
 */
#include "serial.h"

static uint8_t take(struct serial *serial)
{
    if (serial->waiting == 0)
        return 0;
    uint8_t byte = serial->input[serial->first];
    serial->first = (serial->first + 1) % SERIAL_QUEUE;
    serial->waiting--;
    return byte;
}

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
