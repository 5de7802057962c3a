/* Never ends single step: whatever runs next is stepped, too.
 *
 * @fails step.off step.exit step.stop
 */
#include <sys/ioctl.h>
#include "monitor.h"

int monitor_step(struct vcpu *vcpu)
{
    struct kvm_guest_debug debug = {.control =
                                        KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP};

    if (ioctl(vcpu->fd, KVM_SET_GUEST_DEBUG, &debug) == -1)
        return -1;
    if (vcpu_run(vcpu) == -1)
        return -1;
    return vcpu->run->exit_reason == KVM_EXIT_DEBUG ? 1 : 0;
}
