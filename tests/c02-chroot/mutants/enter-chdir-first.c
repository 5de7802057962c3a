/* chdir("/") before chroot: it goes to the host's "/", and stays there.
 *
 * @fails enter.directory enter.missing enter.file enter.refused
 */
#define _GNU_SOURCE
#include <unistd.h>
#include "chroot.h"

int chroot_enter(const char *root)
{
    if (chdir("/") == -1)
        return -1;
    return chroot(root);
}
