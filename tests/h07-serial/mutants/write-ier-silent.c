/* Asking for "may send" does not make it due: a driver that waits for it never starts.
 *
 * @fails write.ier write.found
 */
#include "serial.h"

static unsigned room(const struct serial *serial)
{
    return (serial->queues ? SERIAL_QUEUE : 1) - serial->waiting;
}

static void put(struct serial *serial, uint8_t byte)
{
    serial->input[(serial->first + serial->waiting) % SERIAL_QUEUE] = byte;
    serial->waiting++;
}

static uint8_t looped(uint8_t mcr)
{
    return (mcr & SERIAL_MCR_RTS ? SERIAL_MSR_CTS : 0) |
           (mcr & SERIAL_MCR_DTR ? SERIAL_MSR_DSR : 0) |
           (mcr & SERIAL_MCR_OUT1 ? SERIAL_MSR_RI : 0) |
           (mcr & SERIAL_MCR_OUT2 ? SERIAL_MSR_DCD : 0);
}

static void send(struct serial *serial, uint8_t byte)
{
    if (!(serial->mcr & SERIAL_MCR_LOOP))
        serial->send(serial->context, byte);
    else if (room(serial) > 0)
        put(serial, byte);
    else
        serial->overrun = true;
}

static void write_fcr(struct serial *serial, uint8_t value)
{
    bool on = value & SERIAL_FCR_ON;
    if (on != serial->queues || (on && value & SERIAL_FCR_CLEAR_INPUT))
        serial->waiting = 0;
    serial->queues = on;
}

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
