/* A program that is one byte too long gets in.
 *
 * @fails load.segment
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
    if (size > (size_t)REALMODE_SPAN - offset + 1) {
        errno = EFBIG;
        return -1;
    }
    void *to = vm_at(vm, realmode_address(segment, offset), size);
    if (to == NULL)
        return -1;
    memcpy(to, image, size);
    return 0;
}
