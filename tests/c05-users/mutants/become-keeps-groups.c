/* Leaves the groups as they are when none are asked for.
 *
 * @fails become.groups become.refused
 */
#define _GNU_SOURCE
#include <errno.h>
#include <grp.h>
#include <unistd.h>
#include "users.h"

int users_become(uid_t uid, gid_t gid, const gid_t *groups, size_t count)
{
    /* 1. -1 means "as it is" to the calls below. */
    if (uid == (uid_t)-1 || gid == (gid_t)-1) {
        errno = EINVAL;
        return -1;
    }
    /* 2. The groups, while that is allowed. */
    if (count > 0 && setgroups(count, groups) == -1)
        return -1;
    /* 3. The group, then the user: from then on, nothing of the above is allowed any more. */
    if (setresgid(gid, gid, gid) == -1)
        return -1;
    return setresuid(uid, uid, uid);
}
