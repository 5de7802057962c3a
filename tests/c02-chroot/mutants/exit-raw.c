/* Passes the wait status on as it is: exit(1) becomes 256.
 *
 * @fails exit.exited exit.signal
 */
#include "chroot.h"

int chroot_exit_status(int wait_status)
{
    return wait_status;
}
