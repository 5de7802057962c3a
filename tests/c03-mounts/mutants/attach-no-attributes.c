/* Makes the mount without its attributes: /sys can be written, programs of a tmpfs run.
 *
 * @fails attach.attributes
 */
#define _GNU_SOURCE
#include <string.h>
#include <sys/mount.h>
#include "cleanup.h"
#include "mounts.h"

int mounts_attach(int root, const struct mounts_entry *entry)
{
    char text[256], *rest = text, *option;
    CLEANUP_CLOSE int target = inside_make_directory(root, entry->target, 0755);
    CLEANUP_CLOSE int context = target == -1 ? -1 : fsopen(entry->type, FSOPEN_CLOEXEC);

    if (context == -1)
        return -1;
    strncpy(text, entry->options ? entry->options : "", sizeof text - 1);
    text[sizeof text - 1] = '\0';
    while ((option = strsep(&rest, ",")) && *option) {
        char *value = strchr(option, '=');
        if (value)
            *value++ = '\0';
        if (fsconfig(context, value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG, option,
                     value, 0) == -1)
            return -1;
    }
    if (fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == -1)
        return -1;
    CLEANUP_CLOSE int mount = fsmount(context, FSMOUNT_CLOEXEC, 0);
    if (mount == -1)
        return -1;
    return move_mount(mount, "", target, "",
                      MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}
