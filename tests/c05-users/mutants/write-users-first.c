/* Makes text of the groups when the users have been written: a namespace with half a map is
 * left.
 *
 * @fails write.invalid
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "cleanup.h"
#include "users.h"

static int write_proc(pid_t pid, const char *name, const char *text)
{
    char path[64];
    size_t length = strlen(text);

    (void)snprintf(path, sizeof path, "/proc/%d/%s", pid, name); /* always fits */
    CLEANUP_CLOSE int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file == -1)
        return -1;
    return write(file, text, length) == (ssize_t)length ? 0 : -1;
}

int users_write_map(pid_t pid, const struct users_map *users, size_t user_ranges,
                    const struct users_map *groups, size_t group_ranges)
{
    char text[USERS_MAP_SIZE];

    if (users_format(users, user_ranges, text, sizeof text) == -1 ||
        write_proc(pid, "uid_map", text) == -1)
        return -1;
    if (users_format(groups, group_ranges, text, sizeof text) == -1)
        return -1;
    if (group_ranges == 1 && groups[0].count == 1 &&
        write_proc(pid, "setgroups", "deny") == -1)
        return -1;
    return write_proc(pid, "gid_map", text);
}
