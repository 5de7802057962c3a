/* Takes an empty file for a program.
 *
 * @fails load.empty
 */
#include <errno.h>
#include <string.h>
#include "realmode.h"

int realmode_load(const struct vm *vm, uint16_t segment, uint16_t offset,
                  const void *image, size_t size)
{
    if (size > (size_t)REALMODE_SPAN - offset) {
        errno = EFBIG;
        return -1;
    }
    void *to = vm_at(vm, realmode_address(segment, offset), size);
    if (to == NULL)
        return -1;
    memcpy(to, image, size);
    return 0;
}
