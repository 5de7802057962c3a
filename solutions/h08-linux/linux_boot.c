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
    const uint8_t *file = image;
    struct setup_header *header = &kernel->header;
    *kernel = (struct linux_image){0};
    /* 1. An ELF file is told by its first bytes; it is looked at when it is loaded. */
    if (size >= 4 && memcmp(file, "\177ELF", 4) == 0) {
        kernel->elf = true;
        kernel->initrd_max = UINT32_MAX;
        kernel->command_max = COMMAND_MAX_ELF;
        return 0;
    }
    /* 2. The header, if the file is long enough to have one, and its two signatures. */
    if (size < HEADER + sizeof *header)
        return refuse(kernel, "it is too short for a kernel");
    memcpy(header, file + HEADER, sizeof *header);
    if (header->boot_flag != BOOT_FLAG || header->header != SIGNATURE)
        return refuse(kernel, "it is neither a bzImage nor an ELF file");
    /* 3. Can we boot it? */
    if (header->version < PROTOCOL_64)
        return refuse(kernel, "its boot protocol is older than 2.12");
    if (!(header->xloadflags & XLF_KERNEL_64))
        return refuse(kernel, "it has no 64-bit entry");
    if (!(header->loadflags & LOADED_HIGH))
        return refuse(kernel, "it wants to be loaded below 1 MiB");
    /* 4. Where the kernel begins, and whether all of it is there. The sizes have 8 and 32
     *    bits: their sum fits into a size_t. */
    size_t sectors = header->setup_sects ? header->setup_sects : SETUP_SECTORS_DEFAULT;
    kernel->kernel_offset = (1 + sectors) * SECTOR;
    kernel->kernel_size = (size_t)header->syssize * SYSSIZE_UNIT;
    if (kernel->kernel_size <= ENTRY_64)
        return refuse(kernel, "its header says that it has no kernel");
    if (size < kernel->kernel_offset ||
        size - kernel->kernel_offset < kernel->kernel_size)
        return refuse(kernel, "it is cut short");
    /* 5. What the caller wants to know. */
    kernel->protocol = header->version;
    kernel->preferred = header->pref_address;
    kernel->run_size = header->init_size;
    kernel->initrd_max = header->initrd_addr_max;
    kernel->command_max = header->cmdline_size;
    copy_version(file, size, kernel);
    return 0;
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
    if (kernel->elf)
        return load_elf(vm, image, size, kernel, entry, end);
    /* 1. Is there memory for what lies in the file, and where it wants to run? The second
     *    is the bigger one: there the kernel unpacks itself, before it knows the map. */
    void *memory = vm_at(vm, LINUX_KERNEL, kernel->kernel_size);
    if (memory == NULL || vm_at(vm, kernel->preferred, kernel->run_size) == NULL)
        return fail(ENOMEM);
    /* 2. Copy it. */
    memcpy(memory, (const uint8_t *)image + kernel->kernel_offset, kernel->kernel_size);
    /* 3. Its 64-bit entry, and the end of what it needs. */
    *entry = LINUX_KERNEL + ENTRY_64;
    *end = LINUX_KERNEL + kernel->kernel_size;
    if (*end < kernel->preferred + kernel->run_size)
        *end = kernel->preferred + kernel->run_size;
    return 0;
}

/* Puts the initramfs into memory.                             @lab 8.3 @points 10
 * Boot protocol, ramdisk_image and initrd_addr_max. High up it is in nobody's way.
 */
int linux_initrd(const struct vm *vm, const struct linux_image *kernel, uint64_t end,
                 const void *initrd, size_t size, uint64_t *address)
{
    /* 1. The end of the memory that begins at 0, and not more than the kernel allows. */
    uint64_t top = 0;
    for (unsigned i = 0; i < vm->slot_count; i++)
        if (vm->slots[i].guest_address == 0)
            top = vm->slots[i].size;
    if (top > LINUX_HOLE)
        top = LINUX_HOLE;
    if (top > kernel->initrd_max + 1)
        top = kernel->initrd_max + 1;
    /* 2. Down by its size, and down to a page. */
    if (size > top)
        return fail(ENOMEM);
    uint64_t at = (top - size) / PAGE * PAGE;
    void *memory = vm_at(vm, at, size);
    if (at < end || memory == NULL)
        return fail(ENOMEM);
    memcpy(memory, initrd, size);
    *address = at;
    return 0;
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
    unsigned count = 0;
    uint64_t from = 0;
    bool fits = true;
    /* 1. The slots by rising address: each time the lowest that is not below FROM. */
    for (unsigned done = 0; done < vm->slot_count; done++) {
        const struct vm_slot *slot = NULL;
        for (unsigned i = 0; i < vm->slot_count; i++)
            if (vm->slots[i].guest_address >= from &&
                (slot == NULL || vm->slots[i].guest_address < slot->guest_address))
                slot = &vm->slots[i];
        uint64_t start = slot->guest_address, end = start + slot->size;
        /* 2. The part below the old stretch, then the stretch, then the part above it. */
        uint64_t low_end = end < LINUX_LOW_END ? end : LINUX_LOW_END;
        uint64_t high_start = start > LINUX_KERNEL ? start : LINUX_KERNEL;
        uint64_t old_start = start > LINUX_LOW_END ? start : LINUX_LOW_END;
        uint64_t old_end = end < LINUX_KERNEL ? end : LINUX_KERNEL;
        fits = fits && add_entry(map, max, &count, start, low_end, LINUX_RAM) &&
               add_entry(map, max, &count, old_start, old_end, LINUX_RESERVED) &&
               add_entry(map, max, &count, high_start, end, LINUX_RAM);
        from = end;
    }
    if (!fits) {
        errno = ENOSPC;
        return 0;
    }
    return count;
}

/* Writes boot_params.                                         @lab 8.5 @points 15
 * zero-page.rst; boot protocol, "64-bit Boot Protocol".
 */
int linux_parameters(const struct vm *vm, const struct linux_image *kernel,
                     const struct linux_facts *facts)
{
    /* 1. The command line, with the 0 at its end. */
    size_t length = strlen(facts->command_line);
    if (length > kernel->command_max || length >= LINUX_LOW_END - LINUX_COMMAND_LINE)
        return fail(E2BIG);
    char *line = vm_at(vm, LINUX_COMMAND_LINE, length + 1);
    struct boot_params *parameters = vm_at(vm, LINUX_PARAMETERS, sizeof *parameters);
    if (line == NULL || parameters == NULL)
        return -1;
    memcpy(line, facts->command_line, length + 1);
    /* 2. Everything 0: a field that is not is believed. Then the header as the file has
     *    it: but only as long as the file says it is; what follows belongs to other
     *    fields. */
    memset(parameters, 0, sizeof *parameters);
    if (!kernel->elf) {
        size_t known = sizeof parameters->hdr;
        size_t said = HEADER_BASE - HEADER + (kernel->header.jump >> 8);
        memcpy(&parameters->hdr, &kernel->header, said < known ? said : known);
    } else {
        parameters->hdr.boot_flag = BOOT_FLAG;
        parameters->hdr.header = SIGNATURE;
    }
    /* 3. What a loader has to fill in. Addresses have 32 bits here, the rest of them
     *    elsewhere; all ours are below 4 GiB. */
    parameters->hdr.type_of_loader = LOADER_UNKNOWN;
    parameters->hdr.cmd_line_ptr = LINUX_COMMAND_LINE;
    parameters->hdr.ramdisk_image = (uint32_t)facts->initrd;
    parameters->hdr.ramdisk_size = (uint32_t)facts->initrd_size;
    /* 4. The machine: its memory, and where its ACPI tables begin. */
    unsigned count =
        linux_memory_map(vm, parameters->e820_table, E820_MAX_ENTRIES_ZEROPAGE);
    if (count == 0)
        return -1;
    parameters->e820_entries = (uint8_t)count;
    parameters->acpi_rsdp_addr = facts->rsdp;
    return 0;
}
