/* Does not look whether there is one: the second keeps the planted byte as the
 * original.
 *
 * @fails plant.twice
 */
#include <errno.h>
#include "monitor.h"

int monitor_plant(struct monitor_breaks *breaks, uint64_t address)
{
    if (breaks->count == MONITOR_BREAKS) {
        errno = ENOSPC;
        return -1;
    }
    uint8_t *byte = vm_at(breaks->vm, address, 1);
    if (byte == NULL)
        return -1;
    breaks->at[breaks->count].address = address;
    breaks->at[breaks->count].original = *byte;
    breaks->count++;
    *byte = MONITOR_PLANTED;
    return 0;
}
