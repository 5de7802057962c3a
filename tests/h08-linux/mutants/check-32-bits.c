/* Computes the size in 32 bits, in which the size of a hostile file is small.
 *
 * @fails check.short
 */
#include <errno.h>
#include <string.h>
#include "linux_boot.h"

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

int linux_check(const void *image, size_t size, struct linux_image *kernel)
{
    const uint8_t *file = image;
    struct setup_header *header = &kernel->header;
    *kernel = (struct linux_image){0};
    if (size >= 4 && memcmp(file, "\177ELF", 4) == 0) {
        kernel->elf = true;
        kernel->initrd_max = UINT32_MAX;
        kernel->command_max = COMMAND_MAX_ELF;
        return 0;
    }
    if (size < HEADER + sizeof *header)
        return refuse(kernel, "it is too short for a kernel");
    memcpy(header, file + HEADER, sizeof *header);
    if (header->boot_flag != BOOT_FLAG || header->header != SIGNATURE)
        return refuse(kernel, "it is neither a bzImage nor an ELF file");
    if (header->version < PROTOCOL_64)
        return refuse(kernel, "its boot protocol is older than 2.12");
    if (!(header->xloadflags & XLF_KERNEL_64))
        return refuse(kernel, "it has no 64-bit entry");
    if (!(header->loadflags & LOADED_HIGH))
        return refuse(kernel, "it wants to be loaded below 1 MiB");
    size_t sectors = header->setup_sects ? header->setup_sects : SETUP_SECTORS_DEFAULT;
    kernel->kernel_offset = (1 + sectors) * SECTOR;
    kernel->kernel_size = (uint32_t)(header->syssize * SYSSIZE_UNIT);
    if (kernel->kernel_size <= ENTRY_64)
        return refuse(kernel, "its header says that it has no kernel");
    if (size < kernel->kernel_offset ||
        size - kernel->kernel_offset < kernel->kernel_size)
        return refuse(kernel, "it is cut short");
    kernel->protocol = header->version;
    kernel->preferred = header->pref_address;
    kernel->run_size = header->init_size;
    kernel->initrd_max = header->initrd_addr_max;
    kernel->command_max = header->cmdline_size;
    copy_version(file, size, kernel);
    return 0;
}
