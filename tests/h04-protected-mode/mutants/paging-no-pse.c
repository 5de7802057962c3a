/* Turns paging on, and not the pages of 4 MiB.
 *
 * @fails paging.on
 */
#include <errno.h>
#include <sys/ioctl.h>
#include "protected.h"

static int fail(int error)
{
    errno = error;
    return -1;
}

int protected_paging(struct vcpu *vcpu, uint32_t directory)
{
    struct kvm_sregs sregs;
    if (ioctl(vcpu->fd, KVM_GET_SREGS, &sregs) == -1)
        return -1;
    sregs.cr3 = directory;
    sregs.cr0 |= PROTECTED_CR0_PG | PROTECTED_CR0_WP;
    if (ioctl(vcpu->fd, KVM_SET_SREGS, &sregs) == -1)
        return -1;
    if (ioctl(vcpu->fd, KVM_GET_SREGS, &sregs) == -1)
        return -1;
    return sregs.cr0 & PROTECTED_CR0_PG ? 0 : fail(ENOTSUP);
}
