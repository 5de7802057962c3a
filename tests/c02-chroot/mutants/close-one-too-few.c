/* Begins behind FIRST.
 *
 * @fails close.all close.below
 */
#define _GNU_SOURCE
#include <limits.h>
#include <unistd.h>
#include "chroot.h"

int chroot_close_from(int first)
{
    return close_range(first + 1, UINT_MAX, 0);
}
