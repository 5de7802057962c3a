/* Does not switch off what keeps the permitted set: the next change of user keeps it, too.
 *
 * @fails become.off
 */
#define _GNU_SOURCE
#include "capabilities.h"
#include "users.h"

int capabilities_become(uid_t uid, gid_t gid, capabilities_set keep)
{
    if (capabilities_drop_bounding(keep) == -1)
        return -1;
    if (capabilities_keep(true) == -1 || users_become(uid, gid, NULL, 0) == -1)
        return -1;
    if (capabilities_set_to(keep) == -1)
        return -1;
    return capabilities_clear_ambient();
}
