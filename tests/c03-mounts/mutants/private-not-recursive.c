/* Without MS_REC only the root mount is private; what is mounted below it stays shared.
 *
 * @fails private.all
 */
#define _GNU_SOURCE
#include <sys/mount.h>
#include "mounts.h"

int mounts_private(void)
{
    return mount(NULL, "/", NULL, MS_PRIVATE, NULL);
}
