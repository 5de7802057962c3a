/* Sets the bases and leaves the selectors: what the program pushes is another segment.
 *
 * @fails reset.selectors
 */
#include <sys/ioctl.h>
#include "realmode.h"

int realmode_reset(const struct vcpu *vcpu, uint16_t segment, uint16_t offset)
{
    struct kvm_sregs sregs;

    if (ioctl(vcpu->fd, KVM_GET_SREGS, &sregs) == -1)
        return -1;
    sregs.cs.base = realmode_address(segment, 0);
    sregs.ds.base = sregs.es.base = sregs.ss.base = sregs.cs.base;
    sregs.fs.base = sregs.gs.base = sregs.cs.base;
    sregs.cr0 = 0x60000010;
    sregs.cr4 = 0;
    sregs.efer = 0;
    sregs.idt = (struct kvm_dtable){.base = 0, .limit = 0x3ff};
    if (ioctl(vcpu->fd, KVM_SET_SREGS, &sregs) == -1)
        return -1;
    struct kvm_regs regs = {.rip = offset, .rsp = REALMODE_STACK, .rflags = 2};
    return ioctl(vcpu->fd, KVM_SET_REGS, &regs);
}
