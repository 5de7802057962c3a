/* Looks where it starts, not where it ends.
 *
 * @fails at.outside at.overflow
 */
#include <errno.h>
#include "vm.h"

void *vm_at(const struct vm *vm, uint64_t guest_address, size_t length)
{
    (void)length;
    for (unsigned i = 0; i < vm->slot_count; i++) {
        const struct vm_slot *slot = &vm->slots[i];
        if (guest_address >= slot->guest_address &&
            guest_address < slot->guest_address + slot->size)
            return slot->host + (guest_address - slot->guest_address);
    }
    errno = EFAULT;
    return NULL;
}
