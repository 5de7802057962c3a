/* Every vCPU gets the number 0.
 *
 * @fails vcpu.descriptor
 */
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "vm.h"

int vcpu_create(struct vcpu *vcpu, const struct vm *vm, unsigned index)
{
    *vcpu = VCPU_NONE;
    int fd = ioctl(vm->fd, KVM_CREATE_VCPU, 0);
    if (fd == -1)
        return -1;
    void *run = mmap(NULL, vm->run_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (run == MAP_FAILED) {
        close(fd);
        return -1;
    }
    vcpu->fd = fd;
    vcpu->index = index;
    vcpu->run = run;
    vcpu->run_size = vm->run_size;
    return 0;
}
