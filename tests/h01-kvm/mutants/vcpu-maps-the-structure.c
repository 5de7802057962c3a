/* Maps sizeof(struct kvm_run): the data of port I/O lies behind it.
 *
 * @fails vcpu.page
 */
#include <errno.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "vm.h"

int vcpu_create(struct vcpu *vcpu, const struct vm *vm, unsigned index)
{
    *vcpu = VCPU_NONE;
    int fd = ioctl(vm->fd, KVM_CREATE_VCPU, index);
    if (fd == -1)
        return -1;
    void *run =
        mmap(NULL, sizeof(struct kvm_run), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (run == MAP_FAILED) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    *vcpu = (struct vcpu){
        .fd = fd, .index = index, .run = run, .run_size = sizeof(struct kvm_run)};
    return 0;
}
