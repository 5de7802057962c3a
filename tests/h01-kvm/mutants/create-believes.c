/* Does not look at the result: a VM that KVM refused counts as made.
 *
 * @fails create.refused
 */
#include <sys/ioctl.h>
#include "vm.h"

int vm_create(struct vm *vm)
{
    vm->fd = ioctl(vm->kvm_fd, KVM_CREATE_VM, 0);
    return 0;
}
