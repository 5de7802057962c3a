/* In a loop OUT2 is taken for the gate.
 *
 * @fails interrupt.gate
 */
#include "serial.h"

bool serial_interrupt(const struct serial *serial)
{
    bool open = serial->mcr & SERIAL_MCR_OUT2;
    return open && serial_cause(serial) != SERIAL_IIR_NONE;
}
