/* Sets single step without KVM_GUESTDBG_ENABLE: KVM ignores it, and the guest runs.
 *
 * @fails step.one step.off
 */
#include <errno.h>
#include <sys/ioctl.h>
#include "monitor.h"

int monitor_step(struct vcpu *vcpu)
{
    struct kvm_guest_debug on = {.control = KVM_GUESTDBG_SINGLESTEP};
    struct kvm_guest_debug off = {0};

    if (ioctl(vcpu->fd, KVM_SET_GUEST_DEBUG, &on) == -1)
        return -1;
    int result = vcpu_run(vcpu);
    int error = errno;
    if (ioctl(vcpu->fd, KVM_SET_GUEST_DEBUG, &off) == -1)
        return -1;
    errno = error;
    if (result == -1)
        return -1;
    return vcpu->run->exit_reason == KVM_EXIT_DEBUG ? 1 : 0;
}
