/* Does not keep the permitted set over the change of user: there is nothing left to keep.
 *
 * @fails become.sets become.user become.off
 */
#define _GNU_SOURCE
#include "capabilities.h"
#include "users.h"

int capabilities_become(uid_t uid, gid_t gid, capabilities_set keep)
{
    if (capabilities_drop_bounding(keep) == -1)
        return -1;
    if (users_become(uid, gid, NULL, 0) == -1)
        return -1;
    if (capabilities_set_to(keep) == -1)
        return -1;
    return capabilities_clear_ambient();
}
