/* Believes that paging is on because KVM_SET_SREGS said 0.
 *
 * @fails paging.looks
 */
#include <sys/ioctl.h>
#include "protected.h"

int protected_paging(struct vcpu *vcpu, uint32_t directory)
{
    struct kvm_sregs sregs;
    if (ioctl(vcpu->fd, KVM_GET_SREGS, &sregs) == -1)
        return -1;
    sregs.cr3 = directory;
    sregs.cr4 |= PROTECTED_CR4_PSE;
    sregs.cr0 |= PROTECTED_CR0_PG | PROTECTED_CR0_WP;
    if (ioctl(vcpu->fd, KVM_SET_SREGS, &sregs) == -1)
        return -1;
    return 0;
}
