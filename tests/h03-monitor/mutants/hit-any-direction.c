/* Takes an in for an out, and has KVM finish it before anybody has answered it.
 *
 * @fails hit.in
 */
#include <errno.h>
#include <sys/ioctl.h>
#include "monitor.h"

static int find(const struct monitor_breaks *breaks, uint64_t address)
{
    for (unsigned i = 0; i < breaks->count; i++)
        if (breaks->at[i].address == address)
            return (int)i;
    return -1;
}

int monitor_hit(const struct monitor_breaks *breaks, struct vcpu *vcpu, uint64_t linear,
                uint64_t *address)
{
    struct kvm_run *run = vcpu->run;
    struct kvm_regs regs;

    if (run->exit_reason != KVM_EXIT_IO || run->io.size != 1 || run->io.count != 1)
        return 0;
    if (ioctl(vcpu->fd, KVM_GET_REGS, &regs) == -1)
        return -1;
    if (find(breaks, linear + regs.rip) == -1 &&
        find(breaks, linear + regs.rip - 1) == -1)
        return 0;
    const struct kvm_run exit = *run;
    vcpu_stop(vcpu);
    if (vcpu_run(vcpu) != -1 || errno != EINTR) {
        errno = EPROTO;
        return -1;
    }
    run->exit_reason = exit.exit_reason;
    run->io = exit.io;
    if (ioctl(vcpu->fd, KVM_GET_REGS, &regs) == -1)
        return -1;
    uint64_t at = linear + regs.rip - 1;
    if (find(breaks, at) == -1)
        return 0;
    regs.rip = at - linear;
    if (ioctl(vcpu->fd, KVM_SET_REGS, &regs) == -1)
        return -1;
    *address = at;
    return 1;
}
