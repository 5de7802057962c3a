/* What KVM refuses stays mapped in our address space.
 *
 * @fails memory.overlap
 */
#include <errno.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include "vm.h"

int vm_add_memory(struct vm *vm, uint64_t guest_address, size_t size)
{
    if (size == 0 || size % 4096 != 0 || guest_address % 4096 != 0) {
        errno = EINVAL;
        return -1;
    }
    if (vm->slot_count == VM_SLOTS) {
        errno = ENOSPC;
        return -1;
    }
    void *host =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (host == MAP_FAILED)
        return -1;
    struct kvm_userspace_memory_region region = {
        .slot = vm->slot_count,
        .guest_phys_addr = guest_address,
        .memory_size = size,
        .userspace_addr = (uintptr_t)host,
    };
    if (ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &region) == -1) {
        return -1;
    }
    vm->slots[vm->slot_count++] = (struct vm_slot){guest_address, size, host};
    return 0;
}
