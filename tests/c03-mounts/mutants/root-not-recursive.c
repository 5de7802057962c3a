/* Copies the directory without what is mounted below it.
 *
 * @fails root.recursive
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mount.h>
#include "cleanup.h"
#include "mounts.h"

int mounts_root(const char *path)
{
    CLEANUP_CLOSE int directory = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (directory == -1)
        return -1;
    CLEANUP_CLOSE int root =
        open_tree(directory, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
    if (root == -1 || move_mount(root, "", directory, "",
                                 MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) == -1)
        return -1;
    return cleanup_take(&root);
}
