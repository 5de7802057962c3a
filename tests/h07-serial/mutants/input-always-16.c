/* A queue of 16, also while it is off.
 *
 * @fails input.room
 */
#include "serial.h"

static void put(struct serial *serial, uint8_t byte)
{
    serial->input[(serial->first + serial->waiting) % SERIAL_QUEUE] = byte;
    serial->waiting++;
}

size_t serial_input(struct serial *serial, const uint8_t *bytes, size_t length)
{
    if (serial->mcr & SERIAL_MCR_LOOP)
        return 0;
    size_t taken = 0;
    while (taken < length && serial->waiting < SERIAL_QUEUE)
        put(serial, bytes[taken++]);
    return taken;
}
