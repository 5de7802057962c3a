/* Goes into the directory first and takes "." for the root, which is a good way; but a
 * failure of chroot leaves the working directory changed.
 *
 * @fails enter.refused
 */
#define _GNU_SOURCE
#include <unistd.h>
#include "chroot.h"

int chroot_enter(const char *root)
{
    if (chdir(root) == -1)
        return -1;
    return chroot(".");
}
