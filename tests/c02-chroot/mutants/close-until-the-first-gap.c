/* Takes the first number that is not open for the last one, and for a failure.
 *
 * @fails close.all close.high close.below close.nothing
 */
#define _GNU_SOURCE
#include <unistd.h>
#include "chroot.h"

int chroot_close_from(int first)
{
    for (int fd = first;; fd++) {
        if (close(fd) == -1)
            return -1;
    }
}
