/* Without O_CLOEXEC a program that is executed later gets the device as well.
 *
 * @fails open.device
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "vm.h"

int vm_open(struct vm *vm, const char *device)
{
    *vm = VM_NONE;
    int fd = open(device, O_RDWR);
    if (fd == -1)
        return -1;
    int version = ioctl(fd, KVM_GET_API_VERSION, 0);
    int run_size = ioctl(fd, KVM_GET_VCPU_MMAP_SIZE, 0);
    if (version == KVM_API_VERSION && run_size != -1) {
        vm->kvm_fd = fd;
        vm->run_size = run_size;
        return 0;
    }
    int error = version == -1 ? errno : EPROTONOSUPPORT;
    close(fd);
    errno = error;
    return -1;
}
