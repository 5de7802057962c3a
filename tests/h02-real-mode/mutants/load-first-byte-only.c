/* Asks whether the first byte is in memory, and copies all of them.
 *
 * @fails load.memory
 */
#include <errno.h>
#include <string.h>
#include "realmode.h"

int realmode_load(const struct vm *vm, uint16_t segment, uint16_t offset,
                  const void *image, size_t size)
{
    if (size == 0) {
        errno = EINVAL;
        return -1;
    }
    if (size > (size_t)REALMODE_SPAN - offset) {
        errno = EFBIG;
        return -1;
    }
    uint8_t *to = vm_at(vm, realmode_address(segment, offset), 1);
    if (to == NULL)
        return -1;
    memcpy(to, image, size);
    return 0;
}
