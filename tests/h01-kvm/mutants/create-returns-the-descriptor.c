/* Returns what the ioctl returns: a descriptor, where the contract says 0.
 *
 * @fails create.vm
 */
#include <sys/ioctl.h>
#include "vm.h"

int vm_create(struct vm *vm)
{
    vm->fd = ioctl(vm->kvm_fd, KVM_CREATE_VM, 0);
    return vm->fd;
}
