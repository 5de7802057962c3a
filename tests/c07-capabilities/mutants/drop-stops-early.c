/* Knows the last capability by heart, from an older kernel: those behind it stay.
 *
 * @fails drop.exact drop.none
 */
#define _GNU_SOURCE
#include <sys/prctl.h>
#include "capabilities.h"

enum { LAST = CAP_AUDIT_READ }; /* 37: the last one until Linux 5.8 */

int capabilities_drop_bounding(capabilities_set keep)
{
    for (int number = 0; number <= LAST; number++) {
        if (prctl(PR_CAPBSET_READ, number, 0, 0, 0) == 1 &&
            !(keep & CAPABILITY(number)) && prctl(PR_CAPBSET_DROP, number, 0, 0, 0) == -1)
            return -1;
    }
    return 0;
}
