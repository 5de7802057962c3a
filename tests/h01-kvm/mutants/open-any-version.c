/* The version is asked for, and not compared.
 *
 * @fails open.version
 */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "vm.h"

int vm_open(struct vm *vm, const char *device)
{
    *vm = VM_NONE;
    int fd = open(device, O_RDWR | O_CLOEXEC);
    if (fd == -1)
        return -1;
    int run_size = ioctl(fd, KVM_GET_VCPU_MMAP_SIZE, 0);
    if (ioctl(fd, KVM_GET_API_VERSION, 0) < 0 || run_size < 0) {
        close(fd);
        return -1;
    }
    vm->kvm_fd = fd;
    vm->run_size = run_size;
    return 0;
}
