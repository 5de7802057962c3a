/* Has noted the breakpoint already when it sees that there is no memory.
 *
 * @fails plant.outside
 */
#include <errno.h>
#include "monitor.h"

static int find(const struct monitor_breaks *breaks, uint64_t address)
{
    for (unsigned i = 0; i < breaks->count; i++)
        if (breaks->at[i].address == address)
            return (int)i;
    return -1;
}

int monitor_plant(struct monitor_breaks *breaks, uint64_t address)
{
    if (find(breaks, address) != -1) {
        errno = EEXIST;
        return -1;
    }
    if (breaks->count == MONITOR_BREAKS) {
        errno = ENOSPC;
        return -1;
    }
    breaks->at[breaks->count++].address = address;
    uint8_t *byte = vm_at(breaks->vm, address, 1);
    if (byte == NULL)
        return -1;
    breaks->at[breaks->count - 1].original = *byte;
    *byte = MONITOR_PLANTED;
    return 0;
}
