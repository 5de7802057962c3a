/* Gives setgroups up for every map: nobody inside can ever change groups, though many are there.
 *
 * @fails write.allow
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
    char user_text[USERS_MAP_SIZE], group_text[USERS_MAP_SIZE];

    /* 1. Both as text before either is written: a namespace with half a map is of no use. */
    if (users_format(users, user_ranges, user_text, sizeof user_text) == -1 ||
        users_format(groups, group_ranges, group_text, sizeof group_text) == -1)
        return -1;
    /* 2. With a single group there is nobody else to become. Without a privilege, the map of
     *    groups is refused as long as setgroups is allowed. */
    if (write_proc(pid, "setgroups", "deny") == -1)
        return -1;
    /* 3. The maps. */
    if (write_proc(pid, "gid_map", group_text) == -1)
        return -1;
    return write_proc(pid, "uid_map", user_text);
}
