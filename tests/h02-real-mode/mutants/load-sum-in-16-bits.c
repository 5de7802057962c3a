/* Adds in 16 bits: an end beyond the segment is small again.
 *
 * @fails load.overflow
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
    uint16_t last = (uint16_t)(offset + size - 1);
    if (last < offset ||
        (size > REALMODE_SPAN && size - REALMODE_SPAN < 0x8000 - offset)) {
        errno = EFBIG;
        return -1;
    }
    void *to = vm_at(vm, realmode_address(segment, offset), size);
    if (to == NULL)
        return -1;
    memcpy(to, image, size);
    return 0;
}
