/* Drops all 64 without asking the kernel which there are: the first that it does not know is an
 * error, and what is gone already needs a right.
 *
 * @fails drop.exact drop.none drop.others drop.gone
 */
#define _GNU_SOURCE
#include <sys/prctl.h>
#include "capabilities.h"

int capabilities_drop_bounding(capabilities_set keep)
{
    for (int number = 0; number < 64; number++) {
        if (!(keep & CAPABILITY(number)) && prctl(PR_CAPBSET_DROP, number, 0, 0, 0) == -1)
            return -1;
    }
    return 0;
}
