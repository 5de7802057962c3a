/* Does not say what kind of loader it is: the kernel then ignores the initramfs.
 *
 * @fails parameters.loader parameters.boot
 */
#include <errno.h>
#include <string.h>
#include "linux_boot.h"

enum {
    HEADER = 0x1f1,
    HEADER_BASE = 0x202,
    SIGNATURE = 0x53726448,
    BOOT_FLAG = 0xaa55,
};

static int fail(int error)
{
    errno = error;
    return -1;
}

int linux_parameters(const struct vm *vm, const struct linux_image *kernel,
                     const struct linux_facts *facts)
{
    size_t length = strlen(facts->command_line);
    if (length > kernel->command_max || length >= LINUX_LOW_END - LINUX_COMMAND_LINE)
        return fail(E2BIG);
    char *line = vm_at(vm, LINUX_COMMAND_LINE, length + 1);
    struct boot_params *parameters = vm_at(vm, LINUX_PARAMETERS, sizeof *parameters);
    if (line == NULL || parameters == NULL)
        return -1;
    memcpy(line, facts->command_line, length + 1);
    memset(parameters, 0, sizeof *parameters);
    if (!kernel->elf) {
        size_t known = sizeof parameters->hdr;
        size_t said = HEADER_BASE - HEADER + (kernel->header.jump >> 8);
        memcpy(&parameters->hdr, &kernel->header, said < known ? said : known);
    } else {
        parameters->hdr.boot_flag = BOOT_FLAG;
        parameters->hdr.header = SIGNATURE;
    }
    parameters->hdr.cmd_line_ptr = LINUX_COMMAND_LINE;
    parameters->hdr.ramdisk_image = (uint32_t)facts->initrd;
    parameters->hdr.ramdisk_size = (uint32_t)facts->initrd_size;
    unsigned count =
        linux_memory_map(vm, parameters->e820_table, E820_MAX_ENTRIES_ZEROPAGE);
    if (count == 0)
        return -1;
    parameters->e820_entries = (uint8_t)count;
    parameters->acpi_rsdp_addr = facts->rsdp;
    return 0;
}
