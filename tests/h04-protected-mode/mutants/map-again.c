/* Maps over what is mapped.
 *
 * @fails map.exists
 */
#include <errno.h>
#include <string.h>
#include "protected.h"

enum { PAGE = 4096, LARGE_PAGE = 4 << 20 };

static int fail(int error)
{
    errno = error;
    return -1;
}

int protected_map(const struct vm *vm, struct protected_tables *tables, uint32_t virtual,
                  uint32_t physical, uint32_t flags)
{
    uint32_t size = flags & PROTECTED_PAGE_LARGE ? LARGE_PAGE : PAGE;
    if (virtual % size != 0 || physical % size != 0)
        return fail(EINVAL);
    uint32_t *directory = vm_at(vm, tables->directory, PAGE);
    if (directory == NULL)
        return -1;
    uint32_t *entry = &directory[virtual >> 22];
    if (flags & PROTECTED_PAGE_LARGE) {
        if (*entry & PROTECTED_PAGE_PRESENT)
            return fail(EEXIST);
        *entry = physical | flags | PROTECTED_PAGE_PRESENT;
        return 0;
    }
    if (!(*entry & PROTECTED_PAGE_PRESENT)) {
        void *empty = tables->next < tables->end ? vm_at(vm, tables->next, PAGE) : NULL;
        if (empty == NULL)
            return fail(ENOSPC);
        memset(empty, 0, PAGE);
        *entry = tables->next | PROTECTED_PAGE_USER | PROTECTED_PAGE_WRITE |
                 PROTECTED_PAGE_PRESENT;
        tables->next += PAGE;
    } else if (*entry & PROTECTED_PAGE_LARGE) {
        return fail(EEXIST);
    }
    uint32_t *table = vm_at(vm, *entry & ~0xfffu, PAGE);
    if (table == NULL)
        return -1;
    entry = &table[virtual >> 12 & 1023];
    *entry = physical | flags | PROTECTED_PAGE_PRESENT;
    return 0;
}
