/* Forgets the supplementary groups: what the caller's groups may read, the program may
 * read.
 *
 * @fails become.groups become.refused
 */
#define _GNU_SOURCE
#include <unistd.h>
#include "chroot.h"

int chroot_become(uid_t uid, gid_t gid)
{
    if (setresgid(gid, gid, gid) == -1)
        return -1;
    return setresuid(uid, uid, uid);
}
