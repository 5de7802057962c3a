/* In a loop the inputs of the modem stay those of the far end.
 *
 * @fails write.loop write.found
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
        break;
    case SERIAL_SCR:
        serial->scr = value;
        break;
    default:
        break; /* LSR and MSR are the chip's own */
    }
}
