/* Output goes before input.
 *
 * @fails cause.order
 */
#include "serial.h"

uint8_t serial_cause(const struct serial *serial)
{
    if (serial->ier & SERIAL_IER_OUTPUT && serial->may_send)
        return SERIAL_IIR_OUTPUT;
    if (serial->ier & SERIAL_IER_INPUT && serial->waiting > 0)
        return SERIAL_IIR_INPUT;
    if (serial->ier & SERIAL_IER_MODEM && serial->msr & SERIAL_MSR_CHANGED)
        return SERIAL_IIR_MODEM;
    return SERIAL_IIR_NONE;
}
