/* Sets all flags to 0, also bit 1, which no processor has as 0.
 *
 * @fails reset.flags reset.again
 */
#include <sys/ioctl.h>
#include "realmode.h"

int realmode_reset(const struct vcpu *vcpu, uint16_t segment, uint16_t offset)
{
    struct kvm_sregs sregs;

    if (ioctl(vcpu->fd, KVM_GET_SREGS, &sregs) == -1)
        return -1;
    struct kvm_segment segment_data = {
        .base = realmode_address(segment, 0),
        .limit = 0xffff,
        .selector = segment,
        .type = 3,
        .present = 1,
        .s = 1,
    };
    sregs.ds = sregs.es = sregs.ss = sregs.fs = sregs.gs = sregs.cs = segment_data;
    sregs.cs.type = 0xb;
    sregs.cr0 = 0x60000010;
    sregs.cr4 = 0;
    sregs.efer = 0;
    sregs.idt = (struct kvm_dtable){.base = 0, .limit = 0x3ff};
    if (ioctl(vcpu->fd, KVM_SET_SREGS, &sregs) == -1)
        return -1;
    struct kvm_regs regs = {.rip = offset, .rsp = REALMODE_STACK, .rflags = 0};
    return ioctl(vcpu->fd, KVM_SET_REGS, &regs);
}
