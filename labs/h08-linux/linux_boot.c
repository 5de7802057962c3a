/* linux_boot.c - a kernel and its initramfs into memory, and what the kernel is told.
 *
 * A bzImage is a boot sector, a few more sectors of 16-bit code (the setup, which we do
 * not run), and the kernel: a small 64-bit program that unpacks the rest of itself. At
 * 0x1f1 in the first sector is a structure that says how to load it (struct
 * setup_header of the kernel's own <asm/bootparam.h>).
 *
 * Read on: the kernel's Documentation/arch/x86/boot.rst and zero-page.rst.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "linux_boot.h"
#include "lab.h"
#include "longmode.h"

enum {
    PAGE = 4096,
    SECTOR = 512,
    HEADER = 0x1f1,            /* struct setup_header is here */
    HEADER_JUMP = 0x201,       /* a jump over the header: its byte here is the length */
    HEADER_BASE = 0x202,       /* ... counted from here */
    SIGNATURE = 0x53726448,    /* "HdrS" */
    BOOT_FLAG = 0xaa55,        /* the end of a boot sector */
    PROTOCOL_64 = 0x20c,       /* 2.12: the first that knows xloadflags */
    SETUP_SECTORS_DEFAULT = 4, /* what 0 means */
    SYSSIZE_UNIT = 16,
    ENTRY_64 = 0x200, /* the 64-bit entry, from the beginning of the kernel */
    LOADER_UNKNOWN = 0xff,
    COMMAND_MAX_ELF = 2047, /* COMMAND_LINE_SIZE - 1 of x86 */
};

static int fail(int error)
{
    errno = error;
    return -1;
}

static int refuse(struct linux_image *kernel, const char *wrong)
{
    kernel->wrong = wrong;
    return fail(ENOEXEC);
}

/* The text that names the kernel: kernel_version points at it, counted from 0x200. */
static void copy_version(const uint8_t *file, size_t size, struct linux_image *kernel)
{
    size_t at = kernel->header.kernel_version + (size_t)SECTOR;
    if (kernel->header.kernel_version == 0)
        return;
    for (size_t i = 0; i + 1 < sizeof kernel->version && at + i < size; i++) {
        if (file[at + i] < ' ' || file[at + i] > '~')
            break; /* the end, or nothing that a terminal should get */
        kernel->version[i] = (char)file[at + i];
    }
}

/* Looks at a kernel's file.                                   @lab 8.1 @points 15
 * Boot protocol, "The Real-Mode Kernel Header". copy_version above is given.
 */
int linux_check(const void *image, size_t size, struct linux_image *kernel)
{
    /* 1. An ELF file is told by its first bytes; it is looked at when it is loaded. */
    /* 2. The header, if the file is long enough to have one, and its two signatures. */
    /* 3. Can we boot it? */
    /* 4. Where the kernel begins, and whether all of it is there. The sizes have 8 and 32
     *    bits: their sum fits into a size_t. */
    /* 5. What the caller wants to know. */
    LAB_TODO("8.1", linux_check);
    return -1;
}

/* An ELF kernel: the loader of long mode, and two questions more. */
static int load_elf(const struct vm *vm, const void *image, size_t size,
                    struct linux_image *kernel, uint64_t *entry, uint64_t *end)
{
    struct longmode_program program;
    if (longmode_load_elf(vm, image, size, &program) == -1) {
        kernel->wrong = program.wrong;
        return -1;
    }
    for (unsigned i = 0; i < program.count; i++)
        if (program.segment[i].physical < LINUX_KERNEL)
            return fail(EINVAL);
    *entry = program.entry;
    *end = program.end;
    return 0;
}

/* Puts the kernel into memory.                                @lab 8.2 @points 15
 * Boot protocol, "Loading The Rest of The Kernel", init_size, pref_address. load_elf
 * above is given.
 */
int linux_load(const struct vm *vm, const void *image, size_t size,
               struct linux_image *kernel, uint64_t *entry, uint64_t *end)
{
    /* 1. Is there memory for what lies in the file, and where it wants to run? The second
     *    is the bigger one: there the kernel unpacks itself, before it knows the map. */
    /* 2. Copy it. */
    /* 3. Its 64-bit entry, and the end of what it needs. */
    LAB_TODO("8.2", linux_load);
    return -1;
}

/* Puts the initramfs into memory.                             @lab 8.3 @points 10
 * Boot protocol, ramdisk_image and initrd_addr_max. High up it is in nobody's way.
 */
int linux_initrd(const struct vm *vm, const struct linux_image *kernel, uint64_t end,
                 const void *initrd, size_t size, uint64_t *address)
{
    /* 1. The end of the memory that begins at 0, and not more than the kernel allows. */
    /* 2. Down by its size, and down to a page. */
    LAB_TODO("8.3", linux_initrd);
    return -1;
}

/* Adds the stretch from START to END, if it is one. */
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

/* Writes the memory map.                                      @lab 8.4 @points 10
 * The stretch below 1 MiB belonged to the screen and the BIOS: kernels expect nothing
 * good there. Our ACPI tables lie in it, so that nobody overwrites them. add_entry
 * above is given.
 */
unsigned linux_memory_map(const struct vm *vm, struct boot_e820_entry *map, unsigned max)
{
    /* 1. The slots by rising address: each time the lowest that is not below FROM. */
    /* 2. The part below the old stretch, then the stretch, then the part above it. */
    LAB_TODO("8.4", linux_memory_map);
    return 0;
}

/* Writes boot_params.                                         @lab 8.5 @points 15
 * zero-page.rst; boot protocol, "64-bit Boot Protocol".
 */
int linux_parameters(const struct vm *vm, const struct linux_image *kernel,
                     const struct linux_facts *facts)
{
    /* 1. The command line, with the 0 at its end. */
    /* 2. Everything 0: a field that is not is believed. Then the header as the file has
     *    it: but only as long as the file says it is; what follows belongs to other
     *    fields. */
    /* 3. What a loader has to fill in. Addresses have 32 bits here, the rest of them
     *    elsewhere; all ours are below 4 GiB. */
    /* 4. The machine: its memory, and where its ACPI tables begin. */
    LAB_TODO("8.5", linux_parameters);
    return -1;
}
