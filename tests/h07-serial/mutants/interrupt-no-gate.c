/* Forgets that OUT2 is a gate.
 *
 * @fails interrupt.gate
 */
#include "serial.h"

bool serial_interrupt(const struct serial *serial)
{
    bool open = serial->mcr & (SERIAL_MCR_OUT2 | SERIAL_MCR_LOOP);
    (void)open;
    return serial_cause(serial) != SERIAL_IIR_NONE;
}
