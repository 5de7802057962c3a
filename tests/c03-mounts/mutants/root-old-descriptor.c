/* Binds the directory on itself, but returns a descriptor of before: it lies under the
 * mount.
 *
 * @fails root.mount
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>
#include "mounts.h"

int mounts_root(const char *path)
{
    int root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (root == -1)
        return -1;
    if (mount(path, path, NULL, MS_BIND | MS_REC, NULL) == -1) {
        close(root);
        return -1;
    }
    return root;
}
