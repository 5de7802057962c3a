/* Goes on at address 0 behind the last one.
 *
 * @fails copy.refuses
 */
#include <errno.h>
#include <string.h>
#include "longmode.h"

enum { PAGE = LONGMODE_PAGE };

static int fail(int error)
{
    errno = error;
    return -1;
}

int longmode_copy(const struct vm *vm, uint64_t root, uint64_t virtual, void *buffer,
                  size_t length)
{
    uint8_t *to = buffer;
    while (length > 0) {
        struct longmode_walk walk;
        if (longmode_translate(vm, root, virtual, &walk) == -1)
            return -1;
        size_t part = PAGE - virtual % PAGE;
        if (part > length)
            part = length;
        const void *from = vm_at(vm, walk.physical, part);
        if (from == NULL)
            return -1;
        memcpy(to, from, part);
        to += part;
        length -= part;
        virtual += part;
    }
    return 0;
}
