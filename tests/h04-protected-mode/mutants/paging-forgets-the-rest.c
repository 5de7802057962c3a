/* Sets the control registers, and with them what they were.
 *
 * @fails paging.keeps
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
    sregs.cr4 = PROTECTED_CR4_PSE;
    sregs.cr0 = PROTECTED_CR0_PE | PROTECTED_CR0_ET | PROTECTED_CR0_PG | PROTECTED_CR0_WP;
    if (ioctl(vcpu->fd, KVM_SET_SREGS, &sregs) == -1)
        return -1;
    if (ioctl(vcpu->fd, KVM_GET_SREGS, &sregs) == -1)
        return -1;
    return sregs.cr0 & PROTECTED_CR0_PG ? 0 : fail(ENOTSUP);
}
