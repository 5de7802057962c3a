/* Takes every kind of sleep for the end.
 *
 * @fails power.type
 */
#include "linux_boot.h"

enum { RESET_BITS = 6, KEYBOARD_RESET = 0xfe };

enum linux_power linux_power(uint16_t port, unsigned size, uint32_t value)
{
    if (port == LINUX_PM_CONTROL && size >= 2 && value & LINUX_PM_SLEEP)
        return LINUX_POWERED_OFF;
    if (port == LINUX_KEYBOARD && (value & 0xff) == KEYBOARD_RESET)
        return LINUX_RESTARTED;
    if (port == LINUX_RESET && (value & RESET_BITS) == RESET_BITS)
        return LINUX_RESTARTED;
    return LINUX_GOES_ON;
}
