/* Does not look at where the kernel ends.
 *
 * @fails initrd.room
 */
#include <errno.h>
#include <string.h>
#include "linux_boot.h"

enum { PAGE = 4096 };

static int fail(int error)
{
    errno = error;
    return -1;
}

int linux_initrd(const struct vm *vm, const struct linux_image *kernel, uint64_t end,
                 const void *initrd, size_t size, uint64_t *address)
{
    uint64_t top = 0;
    (void)end;
    for (unsigned i = 0; i < vm->slot_count; i++)
        if (vm->slots[i].guest_address == 0)
            top = vm->slots[i].size;
    if (top > LINUX_HOLE)
        top = LINUX_HOLE;
    if (top > kernel->initrd_max + 1)
        top = kernel->initrd_max + 1;
    if (size > top)
        return fail(ENOMEM);
    uint64_t at = (top - size) / PAGE * PAGE;
    void *memory = vm_at(vm, at, size);
    if (memory == NULL)
        return fail(ENOMEM);
    memcpy(memory, initrd, size);
    *address = at;
    return 0;
}
