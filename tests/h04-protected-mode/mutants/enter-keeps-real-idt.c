/* Leaves the IDT of real mode, whose bytes are no gates.
 *
 * @fails enter.tables
 */
#include <sys/ioctl.h>
#include "protected.h"

enum { RFLAGS_ONE = 1 << 1 };

int protected_enter(const struct vm *vm, struct vcpu *vcpu,
                    const struct protected_start *start)
{
    struct kvm_segment code, data;
    struct protected_fault fault;
    struct kvm_sregs sregs;
    if (protected_select(vm, &start->gdt, start->code, PROTECTED_FOR_CODE, 0, &code,
                         &fault) == -1 ||
        protected_select(vm, &start->gdt, start->data, PROTECTED_FOR_STACK, 0, &data,
                         &fault) == -1)
        return -1;
    if (ioctl(vcpu->fd, KVM_GET_SREGS, &sregs) == -1)
        return -1;
    sregs.cr0 = PROTECTED_CR0_PE | PROTECTED_CR0_ET;
    sregs.cr4 = 0;
    sregs.efer = 0;
    sregs.gdt = start->gdt;
    sregs.cs = code;
    sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss = data;
    if (ioctl(vcpu->fd, KVM_SET_SREGS, &sregs) == -1)
        return -1;
    struct kvm_regs regs = {
        .rip = start->entry, .rsp = start->stack, .rflags = RFLAGS_ONE};
    return ioctl(vcpu->fd, KVM_SET_REGS, &regs) == -1 ? -1 : 0;
}
