/* Takes WEXITSTATUS of every status: a program that was killed seems to have ended with
 * 0.
 *
 * @fails exit.signal
 */
#include <sys/wait.h>
#include "chroot.h"

int chroot_exit_status(int wait_status)
{
    return WEXITSTATUS(wait_status);
}
