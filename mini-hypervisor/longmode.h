/* longmode.h - four-level page tables, a 64-bit guest in C, and calls to its host: the
 * contract of lesson h05-long-mode.
 *
 * In long mode every address goes through page tables. Four times nine bits of it pick an
 * entry, level by level; each entry leads to the next table; the last one is the page. A
 * level may end early with a page of 2 MiB (or 1 GiB).
 *
 *     63 .. 48   47 .. 39  38 .. 30  29 .. 21  20 .. 12  11 .. 0
 *     like 47    PML4      PDPT      PD        PT        byte of the page
 *
 *     an entry   63  62 .. 52  51 ....... 12  11 .. 8  7      6 .. 3  2    1     0
 *                NX            address of a            large          user write present
 *                              table, a page
 *
 * Rights add up: a page may be written when every level of the way allows it.
 *
 * A guest with an address space of its own has addresses that mean nothing to its host.
 * To take a text from it, the host walks the guest's tables as the CPU does. Everything
 * it meets there (tables, lengths, addresses) was written by the guest and may be a
 * lie.
 *
 * Read on: Intel SDM volume 3, "4-Level Paging and 5-Level Paging", "Initializing IA-32e
 * Mode"; elf(5); the page lessons/h05-long-mode.
 */
#ifndef LONGMODE_H
#define LONGMODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "vm.h"

enum {
    LONGMODE_PAGE = 4096,
    LONGMODE_LARGE_PAGE = 2 << 20,
    LONGMODE_LEVELS = 4,
};

/* The bits of an entry. Intel SDM 3A, "4-Level Paging and 5-Level Paging" */
#define LONGMODE_PRESENT (1ull << 0)
#define LONGMODE_WRITE (1ull << 1)
#define LONGMODE_USER (1ull << 2)
#define LONGMODE_LARGE (1ull << 7) /* PDPT, PD: this is a page, no table */
#define LONGMODE_NO_EXECUTE (1ull << 63)
#define LONGMODE_ADDRESS 0x000ffffffffff000ull /* where the table or the page is */

/* The bits of registers that make long mode. Intel SDM 2.2.1 and 2.5 */
#define LONGMODE_CR4_PAE (1ull << 5)   /* entries of 8 bytes */
#define LONGMODE_EFER_LME (1ull << 8)  /* long mode is wanted */
#define LONGMODE_EFER_LMA (1ull << 10) /* and is on: with LME and CR0.PG */
#define LONGMODE_EFER_NXE (1ull << 11) /* bit 63 of an entry counts */

/* 64-bit code: base and limit play no role any more; l is set and db must not be. */
#define LONGMODE_CODE                                                                    \
    ((struct kvm_segment){                                                               \
        .limit = 0xffffffff, .type = 11, .present = 1, .s = 1, .l = 1, .g = 1})

/* --- Page tables
 * ------------------------------------------------------------------------ */

/* Pages of guest memory for tables, handed out one by one. */
struct longmode_tables {
    uint64_t root; /* the PML4: what CR3 has to hold */
    uint64_t next; /* the next page that is free */
    uint64_t end;  /* behind the last one */
};

/* Takes SIZE bytes (a multiple of 4096) of guest memory at ADDRESS for tables; the first
 * page becomes an empty PML4. Returns 0, or -1 with errno EINVAL or EFAULT.
 */
int longmode_tables(const struct vm *vm, struct longmode_tables *tables, uint64_t address,
                    uint64_t size);

/* Makes SIZE bytes of guest addresses from VIRTUAL on mean PHYSICAL and what follows
 * it, with the rights of FLAGS (WRITE, USER, NO_EXECUTE). Uses a page of 2 MiB wherever
 * both addresses are a multiple of 2 MiB and as much is left; else pages of 4 KiB. An
 * entry that leads to a table allows everything, so that the page decides.
 * Returns 0, or -1 with errno EINVAL (an address or SIZE is no multiple of 4096; SIZE
 * is 0; the addresses are not canonical or run over their end), EEXIST (something is
 * mapped there), ENOSPC (no page is left for a table) or EFAULT (a table is not in
 * guest memory). After an error the part before it is mapped.
 */
int longmode_map(const struct vm *vm, struct longmode_tables *tables, uint64_t virtual,
                 uint64_t physical, uint64_t size, uint64_t flags);

/* One step of a walk. */
struct longmode_level {
    uint64_t address; /* of the entry, guest-physical */
    uint64_t entry;   /* what it says */
};

/* The way from an address to a byte of memory. */
struct longmode_walk {
    unsigned levels; /* how many entries were read: 1 to 4; 0 when the first one failed */
    struct longmode_level level[LONGMODE_LEVELS]; /* [0]: PML4, [3]: PT */
    uint64_t physical;                            /* where the byte is */
    uint64_t page_size; /* of the page it is in: 4 KiB, 2 MiB or 1 GiB */
    bool writable;      /* all levels together */
    bool user;
    bool executable;
};

/* Walks from ROOT (a CR3: the bits below 12 are ignored) to the guest's address
 * VIRTUAL, and notes each level. Only the tables are looked at, not the memory that the
 * page is in.
 * Returns 0. Returns -1 with errno EINVAL (VIRTUAL is not canonical), ENOENT (an entry
 * is not present: the last one noted), EPROTO (the PML4's entry says "large", which
 * does not exist) or EFAULT (a table is not in guest memory; its level is not noted).
 * What was noted up to there is valid; physical, page_size and the rights are 0.
 */
int longmode_translate(const struct vm *vm, uint64_t root, uint64_t virtual,
                       struct longmode_walk *walk);

/* Copies LENGTH bytes from the guest's address VIRTUAL to BUFFER. Pages that are
 * neighbours there need not be neighbours in memory: it goes page by page.
 * Returns 0, or -1 with errno of longmode_translate or EFAULT (not in guest memory, or
 * the addresses run over their end); BUFFER may then be half filled.
 */
int longmode_copy(const struct vm *vm, uint64_t root, uint64_t virtual, void *buffer,
                  size_t length);

/* --- A 64-bit guest
 * --------------------------------------------------------------------- */

/* Where a 64-bit guest starts. */
struct longmode_start {
    struct kvm_dtable gdt; /* as protected_gdt said */
    uint16_t code;         /* selector of a segment like LONGMODE_CODE */
    uint16_t data;         /* selector for ds, es, fs, gs and ss */
    uint64_t root;         /* CR3 */
    uint64_t entry;        /* rip */
    uint64_t stack;        /* rsp: the stack grows down from here */
    uint64_t arguments[2]; /* rdi and rsi: what a C function is called with */
};

/* Puts VCPU into long mode at START: CR4.PAE, CR3, EFER.LME, .LMA and .NXE, CR0.PG, .PE
 * and .WP, GDTR, an empty IDT, all segment registers, rip, rsp, rdi, rsi, and
 * interrupts off. The other general registers are 0.
 * Returns 0, or -1 with errno of protected_select (EACCES: a selector is no good), EINVAL
 * (the code segment is not 64-bit) or of an ioctl of KVM.
 */
int longmode_enter(const struct vm *vm, struct vcpu *vcpu,
                   const struct longmode_start *start);

enum { LONGMODE_SEGMENTS = 16 };

/* A program in memory. */
struct longmode_program {
    uint64_t entry; /* e_entry */
    uint64_t end;   /* behind its last byte, guest-physical */
    unsigned count; /* how many of SEGMENT are filled */
    struct {
        uint64_t virtual, physical, size; /* in memory; any number of bytes */
        uint64_t flags;                   /* for longmode_map */
    } segment[LONGMODE_SEGMENTS];
    const char *wrong; /* after ENOEXEC: what is wrong, as words; a constant */
};

/* Loads the ELF file IMAGE of SIZE bytes into guest memory, each PT_LOAD segment where
 * its p_paddr says: p_filesz bytes of the file, then zeroes up to p_memsz. Nothing of
 * the file is believed before it is checked; everything is checked before anything is
 * written. Refuses what is not ELF, not 64-bit, not little-endian, not for x86-64, not
 * a program with fixed addresses (ET_EXEC); headers and segments outside of the file;
 * p_filesz above p_memsz; more than LONGMODE_SEGMENTS segments; an entry outside of all
 * executable segments (by p_vaddr or by p_paddr: a kernel names its entry by its
 * physical address).
 * Returns 0 with PROGRAM filled. Returns -1 with errno ENOEXEC and the reason in
 * program->wrong, or with errno ENOMEM when a segment does not fit into guest memory.
 */
int longmode_load_elf(const struct vm *vm, const void *image, size_t size,
                      struct longmode_program *program);

/* Maps PROGRAM where it wants to be, each segment with its own rights: code cannot be
 * written, data cannot be run. Returns 0, or -1 with errno of longmode_map.
 */
int longmode_map_program(const struct vm *vm, struct longmode_tables *tables,
                         const struct longmode_program *program);

/* --- Calls to the host
 * ------------------------------------------------------------------ */

/* The guest writes the address of a struct longmode_call, which is below 4 GiB, to this
 * port, 32 bits at once; the exit is the call. */
enum { LONGMODE_CALL_PORT = 0x5b0 };

enum longmode_call_number {
    LONGMODE_CALL_WRITE =
        1, /* argument[0]: address of a text, [1]: its length. Result: the
                              * length, or an error */
    LONGMODE_CALL_EXIT = 2, /* argument[0]: the guest's exit status, 0 to 255 */
    LONGMODE_CALL_TIME = 3, /* result: nanoseconds since some moment, never backwards */
};

/* In guest memory; guest and host agree on it to the byte. */
struct longmode_call {
    uint64_t number;      /* enum longmode_call_number */
    uint64_t argument[2]; /* addresses are the guest's own: they go through its tables */
    int64_t result;       /* the host's answer: 0 or more, or -errno */
};

enum { LONGMODE_WRITE_MAX = 64 << 10 }; /* the longest text that is taken at once */

/* The host's side. */
struct longmode_host {
    int output;     /* where LONGMODE_CALL_WRITE writes; borrowed */
    bool exited;    /* LONGMODE_CALL_EXIT was called */
    uint8_t status; /* with this status */
};

/* Answers the call at the guest's address ADDRESS, in the address space of ROOT. The
 * call is copied once and looked at only then: another vCPU could change it meanwhile.
 * Errors of the guest are its result: -EFAULT (an address is not mapped), -E2BIG (a
 * text is too long), -EINVAL (an exit status above 255), -ENOSYS (no such number), or
 * -errno of write(2).
 * Returns 0, or -1 with errno EFAULT when the call itself cannot be read or its result
 * not be written.
 */
int longmode_hypercall(const struct vm *vm, uint64_t root, uint64_t address,
                       struct longmode_host *host);

#endif
