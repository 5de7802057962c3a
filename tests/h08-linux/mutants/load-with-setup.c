/* Copies from the beginning of the file: the setup is where the kernel should be.
 *
 * @fails load.place
 */
#include <errno.h>
#include <string.h>
#include "linux_boot.h"
#include "longmode.h"

enum { ENTRY_64 = 0x200 };

static int fail(int error)
{
    errno = error;
    return -1;
}

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

int linux_load(const struct vm *vm, const void *image, size_t size,
               struct linux_image *kernel, uint64_t *entry, uint64_t *end)
{
    if (kernel->elf)
        return load_elf(vm, image, size, kernel, entry, end);
    void *memory = vm_at(vm, LINUX_KERNEL, kernel->kernel_size);
    if (memory == NULL || vm_at(vm, kernel->preferred, kernel->run_size) == NULL)
        return fail(ENOMEM);
    memcpy(memory, (const uint8_t *)image, kernel->kernel_size);
    *entry = LINUX_KERNEL + ENTRY_64;
    *end = LINUX_KERNEL + kernel->kernel_size;
    if (*end < kernel->preferred + kernel->run_size)
        *end = kernel->preferred + kernel->run_size;
    return 0;
}
