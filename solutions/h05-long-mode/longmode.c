/* longmode.c - 64-bit address spaces from outside: built, walked and entered by the host.
 *
 * A page table is an array of 512 numbers. Building one (longmode_map) and walking one
 * (longmode_translate) are the same four steps; the first fills in what is missing, the
 * second trusts nothing. Entering long mode is a matter of registers, as entering
 * protected mode was.
 *
 * Read on: Intel SDM volume 3, "4-Level Paging and 5-Level Paging" and "Initializing
 * IA-32e Mode"; Documentation/virt/kvm/api.rst ("KVM api").
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include "longmode.h"
#include "protected.h"

enum {
    PAGE = LONGMODE_PAGE,
    LARGE = LONGMODE_LARGE_PAGE,
    RFLAGS_ONE = 1 << 1, /* this bit of the flags is always 1 */
};

static int fail(int error)
{
    errno = error;
    return -1;
}

/* Bits 63 to 47 all alike: what a CPU with four levels takes. */
static bool canonical(uint64_t virtual)
{
    uint64_t top = virtual >> 47;
    return top == 0 || top == 0x1ffff;
}

int longmode_tables(const struct vm *vm, struct longmode_tables *tables, uint64_t address,
                    uint64_t size)
{
    if (address % PAGE != 0 || size % PAGE != 0 || size == 0)
        return fail(EINVAL);
    void *memory = vm_at(vm, address, size);
    if (memory == NULL)
        return -1;
    memset(memory, 0, size);
    *tables = (struct longmode_tables){address, address + PAGE, address + size};
    return 0;
}

/* The entry for VIRTUAL in TABLE, LEVEL 0 (PML4) to 3 (PT); NULL with errno EFAULT. */
static uint64_t *entry_at(const struct vm *vm, uint64_t table, uint64_t virtual,
                          unsigned level)
{
    uint64_t index = virtual >> (39 - 9 * level) & 511;
    return vm_at(vm, (table & LONGMODE_ADDRESS) + index * 8, 8);
}

/* Makes an empty table and lets ENTRY lead to it. */
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

/* Maps one page: down to its level, then its entry. */
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

/* Maps a stretch of memory.                                   @lab 5.1 @points 20
 * map_page above is given: it maps one page, large when FLAGS says LONGMODE_LARGE.
 */
int longmode_map(const struct vm *vm, struct longmode_tables *tables, uint64_t virtual,
                 uint64_t physical, uint64_t size, uint64_t flags)
{
    /* 1. Whole pages; canonical from the first byte to the last, on one side of the
     *    hole in the middle; physical addresses have 52 bits. Compare so that no sum
     *    overflows. */
    if (size == 0 || (virtual | physical | size) % PAGE != 0 || !canonical(virtual) ||
        size - 1 > (1ull << 47) - 1 - (virtual & ((1ull << 47) - 1)) ||
        physical > LONGMODE_ADDRESS || size - 1 > LONGMODE_ADDRESS + PAGE - 1 - physical)
        return fail(EINVAL);
    /* 2. Page by page, as large as it fits. A caller's LARGE is not his to choose. */
    flags &= LONGMODE_WRITE | LONGMODE_USER | LONGMODE_NO_EXECUTE;
    while (size > 0) {
        bool large = (virtual | physical) % LARGE == 0 && size >= LARGE;
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

/* Walks the tables.                                           @lab 5.2 @points 20
 * Intel SDM 3A, "4-Level Paging and 5-Level Paging". entry_at above is given.
 */
int longmode_translate(const struct vm *vm, uint64_t root, uint64_t virtual,
                       struct longmode_walk *walk)
{
    *walk = (struct longmode_walk){0};
    if (!canonical(virtual))
        return fail(EINVAL);
    bool writable = true, user = true, executable = true;
    uint64_t table = root;
    for (unsigned level = 0; level < LONGMODE_LEVELS; level++) {
        /* 1. Read the entry of this level, and note it. Read it once: the guest may
         *    change it while we look. */
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
        /* 2. Rights add up on the way down. */
        writable = writable && entry & LONGMODE_WRITE;
        user = user && entry & LONGMODE_USER;
        executable = executable && !(entry & LONGMODE_NO_EXECUTE);
        /* 3. A table goes on; a page ends the walk. The lowest level has only pages; the
         *    highest has none. */
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

/* Copies out of the guest's address space.                    @lab 5.3 @points 10 */
int longmode_copy(const struct vm *vm, uint64_t root, uint64_t virtual, void *buffer,
                  size_t length)
{
    uint8_t *to = buffer;
    while (length > 0) {
        /* 1. Where is this byte, and how many follow it in the same small page? */
        struct longmode_walk walk;
        if (longmode_translate(vm, root, virtual, &walk) == -1)
            return -1;
        size_t part = PAGE - virtual % PAGE;
        if (part > length)
            part = length;
        /* 2. Copy these, if they are in guest memory. */
        const void *from = vm_at(vm, walk.physical, part);
        if (from == NULL)
            return -1;
        memcpy(to, from, part);
        to += part;
        length -= part;
        virtual += part;
        if (virtual == 0 && length > 0)
            return fail(EFAULT); /* behind the last address comes nothing */
    }
    return 0;
}

/* Enters long mode.                                           @lab 5.4 @points 15
 * Intel SDM 3A, "Initializing IA-32e Mode", says in which order a CPU does it; from
 * outside there is no order.
 */
int longmode_enter(const struct vm *vm, struct vcpu *vcpu,
                   const struct longmode_start *start)
{
    struct kvm_segment code, data;
    struct protected_fault fault;
    struct kvm_sregs sregs;
    /* 1. The segments, as in protected mode; but this code segment says "64 bits". */
    if (protected_select(vm, &start->gdt, start->code, PROTECTED_FOR_CODE, 0, &code,
                         &fault) == -1 ||
        protected_select(vm, &start->gdt, start->data, PROTECTED_FOR_STACK, 0, &data,
                         &fault) == -1)
        return -1;
    if (!code.l || code.db)
        return fail(EINVAL);
    /* 2. The control registers. Without LMA beside LME and PG, KVM refuses them. */
    if (ioctl(vcpu->fd, KVM_GET_SREGS, &sregs) == -1)
        return -1;
    sregs.cr0 = PROTECTED_CR0_PE | PROTECTED_CR0_ET | PROTECTED_CR0_WP | PROTECTED_CR0_PG;
    sregs.cr3 = start->root;
    sregs.cr4 = LONGMODE_CR4_PAE;
    sregs.efer = LONGMODE_EFER_LME | LONGMODE_EFER_LMA | LONGMODE_EFER_NXE;
    sregs.gdt = start->gdt;
    sregs.idt = (struct kvm_dtable){.base = 0, .limit = 0};
    sregs.cs = code;
    sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss = data;
    if (ioctl(vcpu->fd, KVM_SET_SREGS, &sregs) == -1)
        return -1;
    /* 3. The general registers. */
    struct kvm_regs regs = {
        .rip = start->entry,
        .rsp = start->stack,
        .rdi = start->arguments[0],
        .rsi = start->arguments[1],
        .rflags = RFLAGS_ONE,
    };
    return ioctl(vcpu->fd, KVM_SET_REGS, &regs) == -1 ? -1 : 0;
}

int longmode_map_program(const struct vm *vm, struct longmode_tables *tables,
                         const struct longmode_program *program)
{
    for (unsigned i = 0; i < program->count; i++) {
        uint64_t skew = program->segment[i].virtual % PAGE;
        uint64_t size = (program->segment[i].size + skew + PAGE - 1) / PAGE * PAGE;
        if (longmode_map(vm, tables, program->segment[i].virtual - skew,
                         program->segment[i].physical - skew, size,
                         program->segment[i].flags) == -1)
            return -1;
    }
    return 0;
}
