/* Copies whole pages, from wherever the address is in the first.
 *
 * @fails copy.pages copy.refuses
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
        size_t part = PAGE;
        if (part > length)
            part = length;
        const void *from = vm_at(vm, walk.physical, part);
        if (from == NULL)
            return -1;
        memcpy(to, from, part);
        to += part;
        length -= part;
        virtual += part;
        if (virtual == 0 && length > 0)
            return fail(EFAULT); /* behind the last address comes nothing */
    }
    return 0;
}
