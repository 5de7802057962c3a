/* Closes the descriptors, and leaves the guest's memory mapped.
 *
 * @fails vm-destroy.all
 */
#include <unistd.h>
#include "vm.h"

void vm_destroy(struct vm *vm)
{
    if (vm->fd >= 0)
        close(vm->fd);
    if (vm->kvm_fd >= 0)
        close(vm->kvm_fd);
    *vm = VM_NONE;
}
