/* A change that comes later wipes out the one before.
 *
 * @fails modem.change
 */
#include "serial.h"

void serial_modem(struct serial *serial, uint8_t levels)
{
    uint8_t old = serial->msr & 0xf0;
    uint8_t changed = old ^ levels;
    /* The bell is noted when it stops ringing. */
    if (levels & SERIAL_MSR_RI)
        changed &= ~SERIAL_MSR_RI;
    serial->msr = levels | changed >> 4;
}
