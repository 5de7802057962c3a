/* The user first: then neither the groups nor the group may be changed any more.
 *
 * @fails become.user become.groups become.final
 */
#define _GNU_SOURCE
#include <grp.h>
#include <unistd.h>
#include "chroot.h"

int chroot_become(uid_t uid, gid_t gid)
{
    if (setresuid(uid, uid, uid) == -1)
        return -1;
    if (setresgid(gid, gid, gid) == -1)
        return -1;
    return setgroups(0, NULL);
}
