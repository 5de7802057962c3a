/* Sets the sets first and changes the user then: nothing is effective any more, and without
 * CAP_SETUID in the list there is no change at all.
 *
 * @fails become.sets become.user become.off
 */
#define _GNU_SOURCE
#include "capabilities.h"
#include "users.h"

int capabilities_become(uid_t uid, gid_t gid, capabilities_set keep)
{
    if (capabilities_drop_bounding(keep) == -1 || capabilities_keep(true) == -1)
        return -1;
    if (capabilities_set_to(keep) == -1 || capabilities_clear_ambient() == -1)
        return -1;
    if (users_become(uid, gid, NULL, 0) == -1)
        return -1;
    return capabilities_keep(false);
}
