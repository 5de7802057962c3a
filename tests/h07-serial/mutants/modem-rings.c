/* Notes the beginning of a ring.
 *
 * @fails modem.ring
 */
#include "serial.h"

void serial_modem(struct serial *serial, uint8_t levels)
{
    uint8_t old = serial->msr & 0xf0;
    uint8_t changed = old ^ levels;
    serial->msr = (serial->msr & SERIAL_MSR_CHANGED) | levels | changed >> 4;
}
