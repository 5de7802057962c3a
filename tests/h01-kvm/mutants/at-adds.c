/* Adds address and length: with a big length the sum is small again.
 *
 * @fails at.overflow
 */
#include <errno.h>
#include "vm.h"

void *vm_at(const struct vm *vm, uint64_t guest_address, size_t length)
{
    for (unsigned i = 0; i < vm->slot_count; i++) {
        const struct vm_slot *slot = &vm->slots[i];
        if (guest_address >= slot->guest_address &&
            guest_address + (length ? length : 1) <= slot->guest_address + slot->size)
            return slot->host + (guest_address - slot->guest_address);
    }
    errno = EFAULT;
    return NULL;
}
