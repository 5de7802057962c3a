/* Enters one after the other: when one fails, it is half inside.
 *
 * @fails join.whole
 */
#define _GNU_SOURCE
#include <sched.h>
#include "namespaces.h"

int namespaces_join(int pidfd, unsigned flags)
{
    for (unsigned flag = 1; flag; flag <<= 1) {
        if ((flags & flag) && setns(pidfd, (int)flag) == -1)
            return -1;
    }
    return 0;
}
