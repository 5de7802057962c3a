/* Interrupts for input only.
 *
 * @fails interrupt.level interrupt.gate
 */
#include "serial.h"

bool serial_interrupt(const struct serial *serial)
{
    bool open = serial->mcr & (SERIAL_MCR_OUT2 | SERIAL_MCR_LOOP);
    return open && serial_cause(serial) == SERIAL_IIR_INPUT;
}
