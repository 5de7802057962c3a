/* Does not look at the bits above 47.
 *
 * @fails translate.refuses
 */
#include <errno.h>
#include "longmode.h"

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

int longmode_translate(const struct vm *vm, uint64_t root, uint64_t virtual,
                       struct longmode_walk *walk)
{
    *walk = (struct longmode_walk){0};
    bool writable = true, user = true, executable = true;
    uint64_t table = root;
    for (unsigned level = 0; level < LONGMODE_LEVELS; level++) {
        uint64_t *memory = entry_at(vm, table, virtual, level);
        if (memory == NULL)
            return -1;
        uint64_t entry = __atomic_load_n(memory, __ATOMIC_RELAXED);
        walk->level[level].address =
            (table & LONGMODE_ADDRESS) + (virtual >> (39 - 9 * level) & 511) * 8;
        walk->level[level].entry = entry;
        walk->levels = level + 1;
        if (!(entry & LONGMODE_PRESENT))
            return fail(ENOENT);
        writable = writable && entry & LONGMODE_WRITE;
        user = user && entry & LONGMODE_USER;
        executable = executable && !(entry & LONGMODE_NO_EXECUTE);
        bool page = level == 3 || entry & LONGMODE_LARGE;
        if (page && level == 0)
            return fail(EPROTO);
        if (page) {
            uint64_t size = 1ull << (39 - 9 * level);
            walk->physical =
                (entry & LONGMODE_ADDRESS & ~(size - 1)) | (virtual & (size - 1));
            walk->page_size = size;
            walk->writable = writable;
            walk->user = user;
            walk->executable = executable;
            return 0;
        }
        table = entry;
    }
    return fail(EPROTO); /* level 3 has returned */
}
