/* Sets the selectors and leaves the bases: the processor fetches from where it was.
 *
 * @fails reset.place reset.bases reset.selectors reset.stack reset.again
 */
#include <sys/ioctl.h>
#include "realmode.h"

int realmode_reset(const struct vcpu *vcpu, uint16_t segment, uint16_t offset)
{
    struct kvm_sregs sregs;

    if (ioctl(vcpu->fd, KVM_GET_SREGS, &sregs) == -1)
        return -1;
    sregs.cs.selector = segment;
    sregs.ds.selector = segment;
    sregs.es.selector = segment;
    sregs.ss.selector = segment;
    sregs.fs.selector = segment;
    sregs.gs.selector = segment;
    sregs.cr0 = 0x60000010;
    sregs.cr4 = 0;
    sregs.efer = 0;
    sregs.idt = (struct kvm_dtable){.base = 0, .limit = 0x3ff};
    if (ioctl(vcpu->fd, KVM_SET_SREGS, &sregs) == -1)
        return -1;
    struct kvm_regs regs = {.rip = offset, .rsp = REALMODE_STACK, .rflags = 2};
    return ioctl(vcpu->fd, KVM_SET_REGS, &regs);
}
