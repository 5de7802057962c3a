/* protected.c - segments, privilege and 32-bit paging, built by the host.
 *
 * A boot loader does all this from inside: it writes a GDT, loads it, sets a bit in CR0
 * and jumps. The host can do the same from outside: guest memory is ours, and
 * KVM_SET_SREGS sets every register with its hidden part. What the CPU checks when a
 * guest loads a selector is written down here, too, so that a fault can be foretold.
 *
 * Read on: Intel SDM volume 3, from "Protected-Mode Memory Management" to "Interrupt and
 * Exception Handling"; Documentation/virt/kvm/api.rst ("KVM api").
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include "protected.h"
#include "lab.h"

enum {
    PAGE = 4096,
    DESCRIPTOR = 8,
    DESCRIPTORS_MAX = 8192, /* a selector has 13 bits for the index */
    LARGE_PAGE = 4 << 20,
    RFLAGS_ONE = 1 << 1, /* this bit of the flags is always 1 */
};

static int fail(int error)
{
    errno = error;
    return -1;
}

/* Packs a descriptor.                                         @lab 4.1 @points 15
 * Intel SDM 3.4.5. The fields are torn apart because the 80286 had 16 bits of limit and
 * 24 of base, and the 80386 put the rest where there was room.
 */
uint64_t protected_pack(const struct kvm_segment *segment)
{
    /* 1. The limit has 20 bits. With g it counts in pages of 4 KiB, and its last 12
     *    bits are taken to be ones. What cannot be said so is refused. */
    /* 2. Each field to its place: see the picture in the header. */
    LAB_TODO("4.1", protected_pack);
    return 0;
}

/* Unpacks a descriptor.                                       @lab 4.2 @points 10 */
void protected_unpack(uint64_t descriptor, uint16_t selector, struct kvm_segment *segment)
{
    /* 1. Collect limit and base from their parts. */
    /* 2. The register holds the limit in bytes; a limit of 0 pages still means 4096
     *    bytes. */
    LAB_TODO("4.2", protected_unpack);
}

/* Writes a GDT.                                               @lab 4.3 @points 5
 * The limit of a table is its last byte, not its size.
 */
int protected_gdt(const struct vm *vm, uint64_t address, const uint64_t *descriptors,
                  unsigned count, struct kvm_dtable *table)
{
    LAB_TODO("4.3", protected_gdt);
    return -1;
}

/* The type allows it? See the table in the header. */
static bool type_fits(const struct kvm_segment *segment, enum protected_use use)
{
    bool code = segment->type & PROTECTED_IS_CODE;
    if (!segment->s)
        return false; /* a gate, a TSS, an LDT */
    if (use == PROTECTED_FOR_CODE)
        return code;
    if (use == PROTECTED_FOR_STACK)
        return !code && segment->type & PROTECTED_WRITABLE;
    return !code || segment->type & PROTECTED_READABLE;
}

/* Its privilege allows it? */
static bool privilege_fits(const struct kvm_segment *segment, enum protected_use use,
                           unsigned cpl)
{
    unsigned rpl = segment->selector & 3;
    bool conforming = segment->type & PROTECTED_IS_CODE && //
                      segment->type & PROTECTED_CONFORMING;
    if (use == PROTECTED_FOR_STACK)
        return rpl == cpl && segment->dpl == cpl;
    if (use == PROTECTED_FOR_CODE)
        return conforming ? segment->dpl <= cpl : rpl <= cpl && segment->dpl == cpl;
    return conforming || (segment->dpl >= cpl && segment->dpl >= rpl);
}

/* Loads a selector as the CPU does.                           @lab 4.4 @points 20
 * Intel SDM 3A, "Protection", and the operation of MOV and JMP in volume 2. type_fits
 * and privilege_fits above are given.
 */
int protected_select(const struct vm *vm, const struct kvm_dtable *table,
                     uint16_t selector, enum protected_use use, unsigned cpl,
                     struct kvm_segment *segment, struct protected_fault *fault)
{
    /* 1. The null selector, whatever its RPL: data registers may hold it, unusable. */
    /* 2. From here on the error code names the selector, without its RPL. There is no
     *    LDT, and the whole descriptor must lie within the limit of the table. */
    /* 3. Read it. The base is the guest's: it may point anywhere. */
    /* 4. Type and privilege come first, and only then whether it is present. */
    LAB_TODO("4.4", protected_select);
    return -1;
}

/* Enters protected mode.                                      @lab 4.5 @points 15
 * KVM_GET_SREGS, KVM_SET_SREGS, KVM_SET_REGS (KVM api 4.12 to 4.14).
 */
int protected_enter(const struct vm *vm, struct vcpu *vcpu,
                    const struct protected_start *start)
{
    /* 1. Load the two selectors, as ring 0. */
    /* 2. Change only what has to change: read the registers first. An IDT with limit 0
     *    has no room for any gate. */
    /* 3. eip, esp, and flags with nothing set but the bit that is always 1. */
    LAB_TODO("4.5", protected_enter);
    return -1;
}

int protected_tables(const struct vm *vm, struct protected_tables *tables,
                     uint32_t address, uint32_t size)
{
    if (address % PAGE != 0 || size % PAGE != 0 || size == 0)
        return fail(EINVAL);
    void *memory = vm_at(vm, address, size);
    if (memory == NULL)
        return -1;
    memset(memory, 0, size);
    *tables = (struct protected_tables){address, address + PAGE, address + size};
    return 0;
}

/* Maps a page.                                                @lab 4.6 @points 15
 * Intel SDM 3A, "32-Bit Paging": 10 bits of the address pick an entry of the directory,
 * 10 one of the page table, 12 a byte of the page. Entries have 4 bytes.
 */
int protected_map(const struct vm *vm, struct protected_tables *tables, uint32_t virtual,
                  uint32_t physical, uint32_t flags)
{
    /* 1. The entry of the directory. */
    /* 2. A large page ends here: its address and its rights are the entry. */
    /* 3. Else the entry leads to a page table; make an empty one when there is none
     *    yet. */
    /* 4. And the entry of that table is the page. */
    LAB_TODO("4.6", protected_map);
    return -1;
}

/* Turns paging on.                                            @lab 4.7 @points 10 */
int protected_paging(struct vcpu *vcpu, uint32_t directory)
{
    /* 1. The directory, and the bits that make the processor use it. */
    /* 2. Look whether it is so. A KVM that emulates may know only the paging of long
     *    mode, and drop the bit without a word. */
    LAB_TODO("4.7", protected_paging);
    return -1;
}

bool protected_has_error_code(uint8_t vector)
{
    return vector == PROTECTED_DOUBLE_FAULT ||
           (vector >= PROTECTED_INVALID_TSS && vector <= PROTECTED_PAGE_FAULT) ||
           vector == PROTECTED_ALIGNMENT || vector == PROTECTED_CONTROL;
}

/* KVM walks the guest's page tables for us (KVM_TRANSLATE, KVM api 4.15); the next lesson
 * walks them itself. The frame is read word by word: a stack may cross two pages. */
int protected_frame(const struct vm *vm, struct vcpu *vcpu, uint8_t vector,
                    struct protected_fault *fault)
{
    struct kvm_regs regs;
    struct kvm_sregs sregs;
    if (ioctl(vcpu->fd, KVM_GET_REGS, &regs) == -1 ||
        ioctl(vcpu->fd, KVM_GET_SREGS, &sregs) == -1)
        return -1;
    uint32_t word[2];
    for (unsigned i = 0; i < 2; i++) {
        uint32_t linear = (uint32_t)(sregs.ss.base + regs.rsp + 4 * i);
        struct kvm_translation translation = {.linear_address = linear};
        if (ioctl(vcpu->fd, KVM_TRANSLATE, &translation) == -1)
            return -1;
        const void *memory =
            translation.valid ? vm_at(vm, translation.physical_address, 4) : NULL;
        if (memory == NULL)
            return fail(EFAULT);
        memcpy(&word[i], memory, 4);
    }
    bool has_code = protected_has_error_code(vector);
    *fault = (struct protected_fault){
        .vector = vector,
        .error_code = has_code ? word[0] : 0,
        .address = vector == PROTECTED_PAGE_FAULT ? sregs.cr2 : 0,
        .ip = has_code ? word[1] : word[0],
    };
    return 0;
}

/* Explains a fault.                                           @lab 4.8 @points 10
 * Intel SDM 3A, "Error Code" (selectors) and "Page-Fault Exceptions".
 */
int protected_explain(const struct protected_fault *fault, char *text, size_t size)
{
    /* 1. A page fault: bit 0 present, 1 write, 2 user, 4 instruction. */
    /* 2. A fault without a code, and the double fault, whose code is always 0. */
    /* 3. A selector: bit 1 says IDT, else bit 2 says LDT; the index starts at bit 3. */
    LAB_TODO("4.8", protected_explain);
    return -1;
}

const char *protected_vector_name(uint8_t vector)
{
    static const char *const names[] = {
        [PROTECTED_DIVIDE] = "division",
        [PROTECTED_DEBUG] = "debug exception",
        [PROTECTED_BREAKPOINT] = "breakpoint",
        [PROTECTED_INVALID_OPCODE] = "invalid opcode",
        [PROTECTED_DOUBLE_FAULT] = "double fault",
        [PROTECTED_INVALID_TSS] = "invalid TSS",
        [PROTECTED_NOT_PRESENT] = "segment not present",
        [PROTECTED_STACK_FAULT] = "stack fault",
        [PROTECTED_GENERAL] = "general protection",
        [PROTECTED_PAGE_FAULT] = "page fault",
    };
    if (vector >= sizeof names / sizeof *names || names[vector] == NULL)
        return "exception";
    return names[vector];
}
