/* Closes the vCPU, and leaves its page mapped: the kernel keeps the vCPU for it.
 *
 * @fails vcpu-destroy.all
 */
#include <unistd.h>
#include "vm.h"

void vcpu_destroy(struct vcpu *vcpu)
{
    if (vcpu->fd >= 0)
        close(vcpu->fd);
    *vcpu = VCPU_NONE;
}
