/* Puts it at a byte that is no page's first one.
 *
 * @fails initrd.high initrd.limit initrd.room
 */
#include <errno.h>
#include <string.h>
#include "linux_boot.h"

static int fail(int error)
{
    errno = error;
    return -1;
}

int linux_initrd(const struct vm *vm, const struct linux_image *kernel, uint64_t end,
                 const void *initrd, size_t size, uint64_t *address)
{
    uint64_t top = 0;
    for (unsigned i = 0; i < vm->slot_count; i++)
        if (vm->slots[i].guest_address == 0)
            top = vm->slots[i].size;
    if (top > LINUX_HOLE)
        top = LINUX_HOLE;
    if (top > kernel->initrd_max + 1)
        top = kernel->initrd_max + 1;
    if (size > top)
        return fail(ENOMEM);
    uint64_t at = top - size;
    void *memory = vm_at(vm, at, size);
    if (at < end || memory == NULL)
        return fail(ENOMEM);
    memcpy(memory, initrd, size);
    *address = at;
    return 0;
}
