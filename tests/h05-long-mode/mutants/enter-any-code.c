/* Takes any code segment, also one of 32 bits.
 *
 * @fails enter.refuses
 */
#include <errno.h>
#include <sys/ioctl.h>
#include "longmode.h"
#include "protected.h"

enum { RFLAGS_ONE = 1 << 1 };

static int fail(int error)
{
    errno = error;
    return -1;
}

int longmode_enter(const struct vm *vm, struct vcpu *vcpu,
                   const struct longmode_start *start)
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
    sregs.cr0 = PROTECTED_CR0_PE | PROTECTED_CR0_ET | PROTECTED_CR0_WP | PROTECTED_CR0_PG;
    sregs.cr3 = start->root;
    sregs.cr4 = LONGMODE_CR4_PAE;
    sregs.efer = LONGMODE_EFER_LME | LONGMODE_EFER_LMA | LONGMODE_EFER_NXE;
    sregs.gdt = start->gdt;
    sregs.idt = (struct kvm_dtable){.base = 0, .limit = 0};
    sregs.cs = code;
    sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss = data;
    if (ioctl(vcpu->fd, KVM_SET_SREGS, &sregs) == -1)
        return -1;
    struct kvm_regs regs = {
        .rip = start->entry,
        .rsp = start->stack,
        .rdi = start->arguments[0],
        .rsi = start->arguments[1],
        .rflags = RFLAGS_ONE,
    };
    return ioctl(vcpu->fd, KVM_SET_REGS, &regs) == -1 ? -1 : 0;
}
