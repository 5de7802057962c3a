/* Says that all memory is RAM, also that below 1 MiB where the ACPI tables are.
 *
 * @fails map.ram map.hole map.slots
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
    uint64_t from = 0;
    bool fits = true;
    for (unsigned done = 0; done < vm->slot_count; done++) {
        const struct vm_slot *slot = NULL;
        for (unsigned i = 0; i < vm->slot_count; i++)
            if (vm->slots[i].guest_address >= from &&
                (slot == NULL || vm->slots[i].guest_address < slot->guest_address))
                slot = &vm->slots[i];
        uint64_t start = slot->guest_address, end = start + slot->size;
        fits = fits && add_entry(map, max, &count, start, end, LINUX_RAM);
        from = end;
    }
    if (!fits) {
        errno = ENOSPC;
        return 0;
    }
    return count;
}
