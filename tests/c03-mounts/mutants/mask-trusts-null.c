/* Takes for /dev/null whatever is called so: where it is a link or a file, the masks show
 * that (CVE-2025-31133).
 *
 * @fails mask.null
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include "cleanup.h"
#include "mounts.h"

static int empty_directory(void)
{
    CLEANUP_CLOSE int context = fsopen("tmpfs", FSOPEN_CLOEXEC);

    if (context == -1 || fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == -1)
        return -1;
    return fsmount(context, FSMOUNT_CLOEXEC, MOUNT_ATTR_RDONLY);
}

int mounts_mask(int root, const char *const *paths)
{
    struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY};
    CLEANUP_CLOSE int null = inside_open(root, "/dev/null", O_PATH);

    for (; null != -1 && *paths; paths++) {
        CLEANUP_CLOSE int target = inside_open(root, *paths, O_PATH | O_NOFOLLOW);
        if (target == -1 && errno == ENOENT)
            continue;
        if (target == -1)
            return -1;
        CLEANUP_CLOSE int mask =
            inside_is(target, S_IFDIR, 0)
                ? empty_directory()
                : open_tree(null, "",
                            OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
        if (mask == -1 ||
            mount_setattr(mask, "", AT_EMPTY_PATH, &attr, sizeof attr) == -1 ||
            move_mount(mask, "", target, "",
                       MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) == -1)
            return -1;
    }
    return null == -1 ? -1 : 0;
}
