/* The root moves, the working directory stays outside: ".." leads out.
 *
 * @fails enter.directory
 */
#define _GNU_SOURCE
#include <unistd.h>
#include "chroot.h"

int chroot_enter(const char *root)
{
    return chroot(root);
}
