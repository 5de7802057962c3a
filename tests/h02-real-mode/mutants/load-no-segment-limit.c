/* Looks at memory and not at the segment: the end is where no offset reaches.
 *
 * @fails load.segment load.overflow
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
    void *to = vm_at(vm, realmode_address(segment, offset), size);
    if (to == NULL)
        return -1;
    memcpy(to, image, size);
    return 0;
}
