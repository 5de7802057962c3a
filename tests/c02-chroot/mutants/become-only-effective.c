/* Changes the effective ids alone: one seteuid(0), and the program is root again.
 *
 * @fails become.final
 */
#define _GNU_SOURCE
#include <grp.h>
#include <unistd.h>
#include "chroot.h"

int chroot_become(uid_t uid, gid_t gid)
{
    if (setgroups(0, NULL) == -1)
        return -1;
    if (setegid(gid) == -1)
        return -1;
    return seteuid(uid);
}
