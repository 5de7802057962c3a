/* Reads the words as they were pushed, not as they lie.
 *
 * @fails frame.plain frame.code frame.pages
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include "interrupts.h"
#include "longmode.h"
#include "protected.h"

int interrupts_frame(const struct vm *vm, struct vcpu *vcpu, uint8_t vector,
                     struct interrupts_frame *frame)
{
    struct kvm_regs regs;
    struct kvm_sregs sregs;
    *frame = (struct interrupts_frame){0};
    if (ioctl(vcpu->fd, KVM_GET_REGS, &regs) == -1 ||
        ioctl(vcpu->fd, KVM_GET_SREGS, &sregs) == -1)
        return -1;
    uint64_t at = regs.rsp;
    if (protected_has_error_code(vector)) {
        if (longmode_copy(vm, sregs.cr3, at, &frame->error_code, 8) == -1)
            return -1;
        at += 8;
    }
    uint64_t words[5];
    if (longmode_copy(vm, sregs.cr3, at, words, sizeof words) == -1)
        return -1;
    frame->rip = words[4];
    frame->cs = words[3];
    frame->rflags = words[2];
    frame->rsp = words[1];
    frame->ss = words[0];
    return 0;
}
