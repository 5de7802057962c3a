/* Maps everything by small pages.
 *
 * @fails map.large map.exists
 */
#include <errno.h>
#include <string.h>
#include "longmode.h"

enum { PAGE = LONGMODE_PAGE, LARGE = LONGMODE_LARGE_PAGE };

static int fail(int error)
{
    errno = error;
    return -1;
}

static bool canonical(uint64_t virtual)
{
    uint64_t top = virtual >> 47;
    return top == 0 || top == 0x1ffff;
}

static uint64_t *entry_at(const struct vm *vm, uint64_t table, uint64_t virtual,
                          unsigned level)
{
    uint64_t index = virtual >> (39 - 9 * level) & 511;
    return vm_at(vm, (table & LONGMODE_ADDRESS) + index * 8, 8);
}

static int add_table(const struct vm *vm, struct longmode_tables *tables, uint64_t *entry)
{
    if (tables->next >= tables->end)
        return fail(ENOSPC);
    void *empty = vm_at(vm, tables->next, PAGE);
    if (empty == NULL)
        return -1;
    memset(empty, 0, PAGE);
    *entry = tables->next | LONGMODE_USER | LONGMODE_WRITE | LONGMODE_PRESENT;
    tables->next += PAGE;
    return 0;
}

static int map_page(const struct vm *vm, struct longmode_tables *tables, uint64_t virtual,
                    uint64_t physical, uint64_t flags)
{
    unsigned last = flags & LONGMODE_LARGE ? 2 : 3;
    uint64_t table = tables->root;
    for (unsigned level = 0;; level++) {
        uint64_t *entry = entry_at(vm, table, virtual, level);
        if (entry == NULL)
            return -1;
        if (level == last) {
            if (*entry & LONGMODE_PRESENT)
                return fail(EEXIST);
            *entry = physical | flags | LONGMODE_PRESENT;
            return 0;
        }
        if (!(*entry & LONGMODE_PRESENT) && add_table(vm, tables, entry) == -1)
            return -1;
        if (*entry & LONGMODE_LARGE)
            return fail(EEXIST);
        table = *entry;
    }
}

int longmode_map(const struct vm *vm, struct longmode_tables *tables, uint64_t virtual,
                 uint64_t physical, uint64_t size, uint64_t flags)
{
    if (size == 0 || (virtual | physical | size) % PAGE != 0 || !canonical(virtual) ||
        size - 1 > (1ull << 47) - 1 - (virtual & ((1ull << 47) - 1)) ||
        physical > LONGMODE_ADDRESS || size - 1 > LONGMODE_ADDRESS + PAGE - 1 - physical)
        return fail(EINVAL);
    flags &= LONGMODE_WRITE | LONGMODE_USER | LONGMODE_NO_EXECUTE;
    while (size > 0) {
        bool large = false;
        uint64_t step = large ? LARGE : PAGE;
        if (map_page(vm, tables, virtual, physical,
                     large ? flags | LONGMODE_LARGE : flags) == -1)
            return -1;
        virtual += step;
        physical += step;
        size -= step;
    }
    return 0;
}
