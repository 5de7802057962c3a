/* A vCPU whose page cannot be mapped stays open, and keeps its VM alive.
 *
 * @fails vcpu.unmapped
 */
#include <sys/ioctl.h>
#include <sys/mman.h>
#include "vm.h"

int vcpu_create(struct vcpu *vcpu, const struct vm *vm, unsigned index)
{
    *vcpu = VCPU_NONE;
    int fd = ioctl(vm->fd, KVM_CREATE_VCPU, index);
    if (fd == -1)
        return -1;
    void *run = mmap(NULL, vm->run_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (run == MAP_FAILED) {
        return -1;
    }
    *vcpu = (struct vcpu){.fd = fd, .index = index, .run = run, .run_size = vm->run_size};
    return 0;
}
