/* openat follows links of the image out of the image, and ".." too.
 *
 * @fails open.path open.link open.up open.magic open.cloexec
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include "inside.h"

int inside_open(int root, const char *path, int flags)
{
    return openat(root, path, flags | O_CLOEXEC);
}
