/* The user first, and no result looked at but the last: the groups stay, and so does
 * group 0.
 *
 * @fails become.user become.groups become.final become.refused
 */
#define _GNU_SOURCE
#include <grp.h>
#include <stdio.h>
#include <unistd.h>
#include "chroot.h"

int chroot_become(uid_t uid, gid_t gid)
{
    int result = setresuid(uid, uid, uid);

    if (setresgid(gid, gid, gid) == -1 || setgroups(0, NULL) == -1)
        fputs("chroot_become: the groups stay\n", stderr);
    return result;
}
