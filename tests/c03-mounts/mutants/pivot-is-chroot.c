/* Moves the root pointer of the process, as in c02: the host stays mounted.
 *
 * @fails pivot.gone pivot.fails
 */
#define _GNU_SOURCE
#include <unistd.h>
#include "mounts.h"

int mounts_pivot(int root)
{
    if (fchdir(root) == -1 || chroot(".") == -1)
        return -1;
    return chdir("/");
}
