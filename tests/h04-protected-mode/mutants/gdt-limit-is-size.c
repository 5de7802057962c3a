/* Says how long the table is, not which byte is its last.
 *
 * @fails gdt.limit
 */
#include <errno.h>
#include <string.h>
#include "protected.h"

enum { DESCRIPTOR = 8, DESCRIPTORS_MAX = 8192 };

static int fail(int error)
{
    errno = error;
    return -1;
}

int protected_gdt(const struct vm *vm, uint64_t address, const uint64_t *descriptors,
                  unsigned count, struct kvm_dtable *table)
{
    if (count == 0 || count > DESCRIPTORS_MAX)
        return fail(EINVAL);
    void *memory = vm_at(vm, address, count * sizeof *descriptors);
    if (memory == NULL)
        return -1;
    memcpy(memory, descriptors, count * sizeof *descriptors);
    *table =
        (struct kvm_dtable){.base = address, .limit = (uint16_t)(count * DESCRIPTOR)};
    return 0;
}
