/* Takes the low byte for the signal, but its highest bit says that there was a core dump.
 *
 * @fails exit.signal
 */
#include "chroot.h"

int chroot_exit_status(int wait_status)
{
    if ((wait_status & 0xff) == 0)
        return wait_status >> 8;
    return 128 + (wait_status & 0xff);
}
