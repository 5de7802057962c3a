/* Does not look at its argument: once on, it stays on.
 *
 * @fails keep.off
 */
#define _GNU_SOURCE
#include <sys/prctl.h>
#include "capabilities.h"

int capabilities_keep(bool keep)
{
    (void)keep;
    return prctl(PR_SET_KEEPCAPS, 1L, 0, 0, 0);
}
