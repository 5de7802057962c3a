/* Exchanges the roots, but leaves the old one mounted on top of the new one.
 *
 * @fails pivot.gone
 */
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <unistd.h>
#include "mounts.h"

int mounts_pivot(int root)
{
    if (fchdir(root) == -1)
        return -1;
    return (int)syscall(SYS_pivot_root, ".", ".");
}
