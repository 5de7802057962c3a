/* kernel.c - fuzzing what looks at a kernel's file and puts it into memory (h08-linux).
 * */
#include <stdlib.h>
#include <string.h>
#include "fuzz.h"
#include "linux_boot.h"

enum { MEMORY = 2 << 20, HEADER = 0x1f1, SETUP = 2 * 512, KERNEL = 2048 };

size_t fuzz_seed(uint8_t *data, size_t size)
{
    struct setup_header header = {
        .setup_sects = 1,
        .syssize = KERNEL / 16,
        .boot_flag = 0xaa55,
        .jump = 0x6aeb,
        .header = 0x53726448,
        .version = 0x20f,
        .loadflags = LOADED_HIGH,
        .xloadflags = XLF_KERNEL_64,
        .kernel_version = 0x100,
        .cmdline_size = 2047,
        .initrd_addr_max = 0x7fffffff,
        .pref_address = 0x100000,
        .init_size = 0x10000,
    };
    if (size < SETUP + KERNEL)
        abort();
    memset(data, 'k', SETUP + KERNEL);
    memcpy(data + HEADER, &header, sizeof header);
    return SETUP + KERNEL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vm vm = VM_NONE;
    struct linux_image kernel;
    uint64_t entry, end, address;
    static uint8_t
        *memory; /* kept: to clear it each time would cost more than the test */
    if (memory == NULL && (memory = calloc(1, MEMORY)) == NULL)
        abort();
    vm.slots[vm.slot_count++] = (struct vm_slot){0, MEMORY, memory};
    if (linux_check(data, size, &kernel) == 0 &&
        linux_load(&vm, data, size, &kernel, &entry, &end) == 0) {
        struct linux_facts facts = {.command_line = "quiet", .rsdp = LINUX_ACPI};
        /* The first 100 bytes once more, as an initramfs. */
        if (linux_initrd(&vm, &kernel, end, data, size < 100 ? size : 100, &address) == 0)
            facts.initrd = address;
        (void)linux_parameters(&vm, &kernel, &facts); /* may refuse; must not break */
        if (!kernel.elf && entry != LINUX_KERNEL + 0x200)
            abort();
    }
    return 0;
}
