/* What comes from outside gets into a loop.
 *
 * @fails input.loop
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

size_t serial_input(struct serial *serial, const uint8_t *bytes, size_t length)
{
    size_t taken = 0;
    while (taken < length && room(serial) > 0)
        put(serial, bytes[taken++]);
    return taken;
}
