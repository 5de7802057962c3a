/* The name of the device is not looked at: it is always /dev/kvm.
 *
 * @fails open.missing open.locked open.other
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "vm.h"

int vm_open(struct vm *vm, const char *device)
{
    (void)device;
    *vm = VM_NONE;
    int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    if (fd == -1)
        return -1;
    if (ioctl(fd, KVM_GET_API_VERSION, 0) != KVM_API_VERSION) {
        close(fd);
        errno = EPROTONOSUPPORT;
        return -1;
    }
    vm->kvm_fd = fd;
    vm->run_size = ioctl(fd, KVM_GET_VCPU_MMAP_SIZE, 0);
    return 0;
}
