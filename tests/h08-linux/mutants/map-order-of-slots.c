/* Takes the slots in the order in which they were added.
 *
 * @fails map.slots
 */
#include <errno.h>
#include "linux_boot.h"

static bool add_entry(struct boot_e820_entry *map, unsigned max, unsigned *count,
                      uint64_t start, uint64_t end, uint32_t type)
{
    if (start >= end)
        return true;
    if (*count == max)
        return false;
    map[(*count)++] = (struct boot_e820_entry){start, end - start, type};
    return true;
}

unsigned linux_memory_map(const struct vm *vm, struct boot_e820_entry *map, unsigned max)
{
    unsigned count = 0;
    bool fits = true;
    for (unsigned done = 0; done < vm->slot_count; done++) {
        const struct vm_slot *slot = &vm->slots[done];
        uint64_t start = slot->guest_address, end = start + slot->size;
        uint64_t low_end = end < LINUX_LOW_END ? end : LINUX_LOW_END;
        uint64_t high_start = start > LINUX_KERNEL ? start : LINUX_KERNEL;
        uint64_t old_start = start > LINUX_LOW_END ? start : LINUX_LOW_END;
        uint64_t old_end = end < LINUX_KERNEL ? end : LINUX_KERNEL;
        fits = fits && add_entry(map, max, &count, start, low_end, LINUX_RAM) &&
               add_entry(map, max, &count, old_start, old_end, LINUX_RESERVED) &&
               add_entry(map, max, &count, high_start, end, LINUX_RAM);
    }
    if (!fits) {
        errno = ENOSPC;
        return 0;
    }
    return count;
}
