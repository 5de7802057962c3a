/* Changes the user before the group: then it may not change the group any more.
 *
 * @fails become.user become.groups become.given
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <unistd.h>
#include "cleanup.h"
#include "users.h"

static bool setgroups_denied(void)
{
    char answer[8] = "";
    CLEANUP_CLOSE int file = open("/proc/self/setgroups", O_RDONLY | O_CLOEXEC);

    return file != -1 && read(file, answer, 4) == 4 && strcmp(answer, "deny") == 0;
}

int users_become(uid_t uid, gid_t gid, const gid_t *groups, size_t count)
{
    /* 1. -1 means "as it is" to the calls below. */
    if (uid == (uid_t)-1 || gid == (gid_t)-1) {
        errno = EINVAL;
        return -1;
    }
    /* 2. The groups, while that is allowed. */
    if (setgroups(count, groups) == -1 && !(count == 0 && setgroups_denied()))
        return -1;
    /* 3. The group, then the user: from then on, nothing of the above is allowed any more. */
    if (setresuid(uid, uid, uid) == -1)
        return -1;
    return setresgid(gid, gid, gid);
}
