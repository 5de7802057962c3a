/* The result of chroot is not looked at: a failure goes unnoticed, and chdir("/") works.
 *
 * @fails enter.missing enter.file enter.refused
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <unistd.h>
#include "chroot.h"

int chroot_enter(const char *root)
{
    if (chroot(root) == -1)
        perror(root);
    return chdir("/");
}
