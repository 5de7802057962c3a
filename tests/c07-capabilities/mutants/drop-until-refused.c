/* Takes every error for the end of the list, also that it has no right to drop.
 *
 * @fails drop.refused
 */
#define _GNU_SOURCE
#include <sys/prctl.h>
#include "capabilities.h"

int capabilities_drop_bounding(capabilities_set keep)
{
    for (int number = 0; number < 64; number++) {
        if ((keep & CAPABILITY(number)) || prctl(PR_CAPBSET_READ, number, 0, 0, 0) == 0)
            continue;
        if (prctl(PR_CAPBSET_DROP, number, 0, 0, 0) == -1)
            break;
    }
    return 0;
}
