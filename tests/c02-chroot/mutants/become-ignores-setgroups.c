/* The result of setgroups is not looked at: the groups may have stayed.
 *
 * @fails become.refused
 */
#define _GNU_SOURCE
#include <grp.h>
#include <stdio.h>
#include <unistd.h>
#include "chroot.h"

int chroot_become(uid_t uid, gid_t gid)
{
    if (setgroups(0, NULL) == -1)
        perror("setgroups");
    if (setresgid(gid, gid, gid) == -1)
        return -1;
    return setresuid(uid, uid, uid);
}
