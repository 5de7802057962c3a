/* Builds a path out of two and mounts there, as old engines did: a link in the image takes
 * the mount to the host. And mount(2) has the attributes of no table.
 *
 * @fails attach.link attach.attributes
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>
#include "mounts.h"

int mounts_attach(int root, const struct mounts_entry *entry)
{
    char link[64], path[PATH_MAX], target[PATH_MAX * 2];
    int made = inside_make_directory(root, entry->target, 0755);

    if (made == -1)
        return -1;
    close(made);
    snprintf(link, sizeof link, "/proc/self/fd/%d", root);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length == -1)
        return -1;
    path[length] = '\0';
    snprintf(target, sizeof target, "%s%s", path, entry->target);
    return mount(entry->type, target, entry->type, MS_NOSUID | MS_NODEV | MS_NOEXEC,
                 entry->options);
}
