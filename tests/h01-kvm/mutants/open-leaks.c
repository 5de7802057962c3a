/* What fails after open(2) leaves the device open.
 *
 * @fails open.version open.other
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include "vm.h"

int vm_open(struct vm *vm, const char *device)
{
    *vm = VM_NONE;
    int fd = open(device, O_RDWR | O_CLOEXEC);
    if (fd == -1)
        return -1;
    int version = ioctl(fd, KVM_GET_API_VERSION, 0);
    if (version == -1)
        return -1;
    if (version != KVM_API_VERSION) {
        errno = EPROTONOSUPPORT;
        return -1;
    }
    int run_size = ioctl(fd, KVM_GET_VCPU_MMAP_SIZE, 0);
    if (run_size == -1)
        return -1;
    vm->kvm_fd = fd;
    vm->run_size = run_size;
    return 0;
}
