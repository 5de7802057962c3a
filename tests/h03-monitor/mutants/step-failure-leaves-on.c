/* Ends single step only when all went well.
 *
 * @fails step.stop
 */
#include <sys/ioctl.h>
#include "monitor.h"

int monitor_step(struct vcpu *vcpu)
{
    struct kvm_guest_debug on = {.control =
                                     KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP};
    struct kvm_guest_debug off = {0};

    if (ioctl(vcpu->fd, KVM_SET_GUEST_DEBUG, &on) == -1 || vcpu_run(vcpu) == -1)
        return -1;
    if (ioctl(vcpu->fd, KVM_SET_GUEST_DEBUG, &off) == -1)
        return -1;
    return vcpu->run->exit_reason == KVM_EXIT_DEBUG ? 1 : 0;
}
