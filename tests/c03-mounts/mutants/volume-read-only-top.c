/* Makes the volume read-only, but not what is mounted below it; nosuid likewise.
 *
 * @fails volume.read-only
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include "cleanup.h"
#include "mounts.h"

int mounts_volume(int root, int source, const char *target, bool read_only)
{
    struct mount_attr attr = {
        .attr_set =
            MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | (read_only ? MOUNT_ATTR_RDONLY : 0),
        .propagation = MS_PRIVATE,
    };
    CLEANUP_CLOSE int place = inside_is(source, S_IFDIR, 0)
                                  ? inside_make_directory(root, target, 0755)
                                  : inside_make_file(root, target, 0644);

    if (place == -1 || mount_setattr(source, "", AT_EMPTY_PATH, &attr, sizeof attr) == -1)
        return -1;
    return move_mount(source, "", place, "",
                      MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}
