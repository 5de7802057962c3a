/* Writes its text into the buffer however short that is.
 *
 * @fails describe.room
 */
#include <stdio.h>
#include <sys/ioctl.h>
#include "realmode.h"

int exit_describe(const struct vm *vm, const struct vcpu *vcpu, char *text, size_t size)
{
    const struct kvm_run *run = vcpu->run;
    struct kvm_regs regs;
    struct kvm_sregs sregs;
    char what[128] = "", bytes[40] = "";

    (void)size;
    if (run->exit_reason == KVM_EXIT_MMIO)
        sprintf(what, ": %s of %u byte%s %s 0x%llx, where no memory is",
                run->mmio.is_write ? "write" : "read", run->mmio.len,
                run->mmio.len == 1 ? "" : "s", run->mmio.is_write ? "to" : "from",
                (unsigned long long)run->mmio.phys_addr);
    else if (run->exit_reason == KVM_EXIT_FAIL_ENTRY)
        sprintf(what, ": hardware reason 0x%llx",
                (unsigned long long)run->fail_entry.hardware_entry_failure_reason);
    else if (run->exit_reason == KVM_EXIT_INTERNAL_ERROR)
        sprintf(what, ": suberror %u", run->internal.suberror);
    if (ioctl(vcpu->fd, KVM_GET_REGS, &regs) == -1 ||
        ioctl(vcpu->fd, KVM_GET_SREGS, &sregs) == -1)
        return -1;
    for (unsigned i = 0; i < 8; i++) {
        const uint8_t *byte = vm_at(vm, sregs.cs.base + regs.rip + i, 1);
        if (byte)
            sprintf(bytes + 3 * i, " %02x", *byte);
    }
    sprintf(text, "%s (%u)%s at %04x:%04llx (0x%llx), bytes%s",
            vcpu_exit_name(run->exit_reason), run->exit_reason, what, sregs.cs.selector,
            (unsigned long long)regs.rip, (unsigned long long)(sregs.cs.base + regs.rip),
            bytes);
    return 0;
}
