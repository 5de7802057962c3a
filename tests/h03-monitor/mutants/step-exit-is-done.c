/* Takes every exit for the end of the step.
 *
 * @fails step.exit
 */
#include <errno.h>
#include <sys/ioctl.h>
#include "monitor.h"

int monitor_step(struct vcpu *vcpu)
{
    struct kvm_guest_debug on = {.control =
                                     KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP};
    struct kvm_guest_debug off = {0};

    if (ioctl(vcpu->fd, KVM_SET_GUEST_DEBUG, &on) == -1)
        return -1;
    int result = vcpu_run(vcpu);
    int error = errno;
    if (ioctl(vcpu->fd, KVM_SET_GUEST_DEBUG, &off) == -1)
        return -1;
    errno = error;
    return result == -1 ? -1 : 1;
}
