/* Calls KVM_RUN once: any signal looks like an error of the guest.
 *
 * @fails run.signal run.stop
 */
#include <sys/ioctl.h>
#include "vm.h"

int vcpu_run(struct vcpu *vcpu)
{
    return ioctl(vcpu->fd, KVM_RUN, 0);
}
