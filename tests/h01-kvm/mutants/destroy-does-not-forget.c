/* Leaves the numbers in the structure: a second call closes what others have opened.
 *
 * @fails vm-destroy.all vm-destroy.twice
 */
#include <sys/mman.h>
#include <unistd.h>
#include "vm.h"

void vm_destroy(struct vm *vm)
{
    close(vm->fd);
    for (unsigned i = 0; i < vm->slot_count; i++)
        munmap(vm->slots[i].host, vm->slots[i].size);
    close(vm->kvm_fd);
}
