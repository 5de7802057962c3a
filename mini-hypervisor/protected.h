/* protected.h - segments, privilege and 32-bit paging: the contract of lesson
 * h04-protected-mode.
 *
 * In protected mode a segment register no longer holds a number to shift. It holds a
 * *selector*: an index into a table in memory, the GDT. Loading a selector makes the CPU
 * read the 8-byte *descriptor* there, check it, and keep what it says in a hidden part of
 * the register: base, limit, rights. KVM shows a register with its hidden part as
 * struct kvm_segment, and so this module has no structure of its own for it.
 *
 *     selector   15 ........... 3   2    1 0          index: which descriptor
 *                [    index     ] [TI] [RPL]          TI: 0 for the GDT; RPL: as whom
 *
 *     descriptor 63..56  55 54 53 52  51..48  47 46-45 44 43..40  39..16  15..0
 *                base   G  D  L AVL limit   P   DPL  S  type    base    limit
 *                31-24             19-16                        23-0    15-0
 *
 * A check that fails is a *fault*: a vector and an error code, which the guest's own
 * handler gets. A guest without a handler faults again while the CPU looks for one (a
 * double fault), and again (a triple fault): the CPU gives up, and KVM says
 * KVM_EXIT_SHUTDOWN.
 *
 * Read on: Intel SDM volume 3, "Protected-Mode Memory Management" (segments), "32-Bit
 * Paging", "Protection", "Error Code"; the page lessons/h04-protected-mode.
 */
#ifndef PROTECTED_H
#define PROTECTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "vm.h"

/* Where things are, by our own choice: the guests in guests/protected are linked for
 * it. */
enum {
    PROTECTED_GDT = 0x0800,     /* one that the host has made */
    PROTECTED_PROGRAM = 0x1000, /* the first byte of a guest, and where it starts */
    PROTECTED_TABLES = 0x10000, /* page tables; right below them the stack */
    PROTECTED_TABLES_SIZE = 0x10000,
};

/* The type of a segment, when its s bit says "code or data": four bits. Intel SDM
 * 3.4.5.1 */
enum {
    PROTECTED_ACCESSED = 1,   /* the CPU sets it when the descriptor is loaded */
    PROTECTED_WRITABLE = 2,   /* data: may be written */
    PROTECTED_READABLE = 2,   /* code: may be read as data, too */
    PROTECTED_CONFORMING = 4, /* code: callable from less privileged code, as that code */
    PROTECTED_IS_CODE = 8,
};

/* The whole address space, as code and as data of ring 0: what a flat system uses. */
#define PROTECTED_CODE                                                                   \
    ((struct kvm_segment){                                                               \
        .limit = 0xffffffff, .type = 11, .present = 1, .db = 1, .s = 1, .g = 1})
#define PROTECTED_DATA                                                                   \
    ((struct kvm_segment){                                                               \
        .limit = 0xffffffff, .type = 3, .present = 1, .db = 1, .s = 1, .g = 1})

/* The bits of control registers that this lesson sets. Intel SDM 2.5 */
#define PROTECTED_CR0_PE (1u << 0)  /* protected mode */
#define PROTECTED_CR0_ET (1u << 4)  /* always 1 */
#define PROTECTED_CR0_WP (1u << 16) /* read-only pages are so for ring 0, too */
#define PROTECTED_CR0_PG (1u << 31) /* paging */
#define PROTECTED_CR4_PSE (1u << 4) /* pages of 4 MiB */

/* Packs the hidden part of SEGMENT into a descriptor; its selector is not part of that.
 * segment->limit is the last offset in bytes; with g set the descriptor counts in 4
 * KiB, so that the low 12 bits of the limit must all be 1, and without g it must be
 * below 1 MiB.
 * Returns the descriptor, or 0 (which is a descriptor that nobody can load) with errno
 * EINVAL when the limit or the base (32 bits) cannot be said in a descriptor.
 */
uint64_t protected_pack(const struct kvm_segment *segment);

/* What the CPU keeps in a segment register when SELECTOR has led it to DESCRIPTOR: the
 * opposite of protected_pack. The limit is in bytes. A descriptor that is not present is
 * marked unusable, which is KVM's word for "nothing is loaded".
 */
void protected_unpack(uint64_t descriptor, uint16_t selector,
                      struct kvm_segment *segment);

/* Writes COUNT descriptors into guest memory at ADDRESS, and says in TABLE what the
 * register GDTR has to hold for them. The first descriptor is never used by the CPU: by
 * custom 0.
 * Returns 0, or -1 with errno EINVAL (COUNT is 0 or more than the 8192 that a selector
 * can name) or EFAULT (not in guest memory); nothing is written then.
 */
int protected_gdt(const struct vm *vm, uint64_t address, const uint64_t *descriptors,
                  unsigned count, struct kvm_dtable *table);

/* What a selector is loaded for: the checks differ. */
enum protected_use {
    PROTECTED_FOR_DATA,  /* mov into ds, es, fs or gs */
    PROTECTED_FOR_STACK, /* mov into ss */
    PROTECTED_FOR_CODE,  /* a far jump: cs */
};

/* A fault: what the handler gets. */
struct protected_fault {
    uint8_t vector;      /* see enum protected_vector */
    uint32_t error_code; /* of the kind that the vector has; 0 for those without one */
    uint64_t address;    /* a page fault: CR2, the address that was used; else 0 */
    uint64_t ip;         /* the instruction; 0 when it is not known */
};

/* The faults of this lesson. Intel SDM 3A, "Exception and Interrupt Reference" */
enum protected_vector {
    PROTECTED_DIVIDE = 0,
    PROTECTED_DEBUG = 1,
    PROTECTED_BREAKPOINT = 3,
    PROTECTED_INVALID_OPCODE = 6,
    PROTECTED_DOUBLE_FAULT = 8,
    PROTECTED_INVALID_TSS = 10,
    PROTECTED_NOT_PRESENT = 11,
    PROTECTED_STACK_FAULT = 12,
    PROTECTED_GENERAL = 13,
    PROTECTED_PAGE_FAULT = 14,
    PROTECTED_ALIGNMENT = 17, /* and control protection: for their error codes only */
    PROTECTED_CONTROL = 21,
};

/* Loads SELECTOR as code of privilege CPL would do it: looks into the GDT that TABLE
 * describes, and makes the checks of the CPU in their order. TABLE and the descriptors
 * come from the guest; nothing outside guest memory is read.
 *
 *     null selector          data: allowed, nothing is loaded; stack, code: #GP(0)
 *     TI set, or an index
 *     beyond the limit       #GP(selector)
 *     the wrong type         #GP(selector)   all: s is 0; code: no code; stack: not
 *                                            writable data; data: unreadable code
 *     privilege              #GP(selector)   data: DPL below CPL or RPL (but not for
 *                                            conforming code); stack: RPL or DPL is
 *                                            not CPL; code: RPL above CPL, or DPL is
 *                                            not CPL (conforming: DPL above CPL)
 *     not present            #NP(selector); stack: #SS(selector)
 *
 * The selector in an error code has its two lowest bits clear.
 * Returns 0 with SEGMENT filled, marked as accessed. Returns -1 with errno EACCES and
 * FAULT filled (address and ip 0), or with errno EFAULT when the descriptor is not in
 * guest memory.
 */
int protected_select(const struct vm *vm, const struct kvm_dtable *table,
                     uint16_t selector, enum protected_use use, unsigned cpl,
                     struct kvm_segment *segment, struct protected_fault *fault);

/* Where a 32-bit guest starts. */
struct protected_start {
    struct kvm_dtable gdt; /* as protected_gdt said */
    uint16_t code;         /* selector for cs */
    uint16_t data;         /* selector for ds, es, fs, gs and ss */
    uint32_t entry;        /* eip */
    uint32_t stack;        /* esp: the stack grows down from here */
};

/* Puts VCPU into protected mode without paging, at START: CR0.PE, GDTR, an empty IDT, all
 * segment registers with their hidden parts (as ring 0 would load them), eip, esp, and
 * interrupts off. The other general registers are 0.
 * Returns 0, or -1 with errno of protected_select or of an ioctl of KVM.
 */
int protected_enter(const struct vm *vm, struct vcpu *vcpu,
                    const struct protected_start *start);

/* Pages of guest memory for a page directory and its page tables, handed out one by
 * one. */
struct protected_tables {
    uint32_t directory; /* the first page: what CR3 has to hold */
    uint32_t next;      /* the next page that is free */
    uint32_t end;       /* behind the last one */
};

/* Rights of a page. The values are the bits of an entry. Intel SDM 3A, "32-Bit
 * Paging" */
enum {
    PROTECTED_PAGE_PRESENT = 1 << 0,
    PROTECTED_PAGE_WRITE = 1 << 1,
    PROTECTED_PAGE_USER = 1 << 2,
    PROTECTED_PAGE_LARGE = 1 << 7, /* in a directory: a page of 4 MiB, no page table */
};

/* Takes SIZE bytes (a multiple of 4096) at ADDRESS for page tables; the first page
 * becomes an empty directory. Returns 0, or -1 with errno EINVAL or EFAULT.
 */
int protected_tables(const struct vm *vm, struct protected_tables *tables,
                     uint32_t address, uint32_t size);

/* Maps one page: the guest's address VIRTUAL is to mean PHYSICAL. FLAGS: WRITE, USER, and
 * LARGE for a page of 4 MiB. The directory's entry for a page table allows everything, so
 * that the entry of the page decides.
 * Returns 0, or -1 with errno EINVAL (an address is no multiple of the page's size),
 * EEXIST (something is mapped there), ENOSPC (no page is left for a table) or EFAULT (a
 * table is not in guest memory).
 */
int protected_map(const struct vm *vm, struct protected_tables *tables, uint32_t virtual,
                  uint32_t physical, uint32_t flags);

/* Turns paging on: CR3 = DIRECTORY, CR4.PSE, CR0.PG and CR0.WP; the rest stays as it is.
 * Returns 0, or -1 with errno ENOTSUP (this KVM has no 32-bit paging: it has dropped
 * the bit; so do KVMs that emulate ring 0), or of an ioctl of KVM.
 */
int protected_paging(struct vcpu *vcpu, uint32_t directory);

/* Reads the frame that the CPU has pushed for VECTOR: esp points at the error code, or,
 * for a vector without one, at eip. For a vCPU that has stopped in a handler, before it
 * pushed more.
 * Returns 0, or -1 with errno of an ioctl of KVM or EFAULT (the stack is not in guest
 * memory).
 */
int protected_frame(const struct vm *vm, struct vcpu *vcpu, uint8_t vector,
                    struct protected_fault *fault);

/* Whether the CPU pushes an error code for VECTOR. */
bool protected_has_error_code(uint8_t vector);

/* Says FAULT in words, in one line, into TEXT of SIZE bytes:
 *
 *     general protection: selector 0x18 (GDT, index 3)
 *     general protection: no selector
 *     segment not present: selector 0x20 (GDT, index 4)
 *     segment not present: selector 0x1a (IDT, index 3)  bit 1 of the code is set
 *     stack fault: selector 0x14 (LDT, index 2)          bit 2 of the code is set
 *     page fault: write to 0x00400000 by the kernel: not present
 *     page fault: read of 0x00001000 by a program: not allowed
 *     page fault: instruction at 0x00001000 by a program: not allowed
 *     invalid opcode
 *
 * The words for the vectors are those of protected_vector_name. Returns the length of the
 * line, which snprintf has cut when it is SIZE or more.
 */
int protected_explain(const struct protected_fault *fault, char *text, size_t size);

/* "general protection" for 13; a string constant, "exception" for what has no name
 * here. */
const char *protected_vector_name(uint8_t vector);

#endif
