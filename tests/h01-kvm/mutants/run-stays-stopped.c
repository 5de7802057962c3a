/* Forgets to take the request to stop back: no run gets anywhere after it.
 *
 * @fails run.stop
 */
#include <errno.h>
#include <sys/ioctl.h>
#include "vm.h"

int vcpu_run(struct vcpu *vcpu)
{
    while (ioctl(vcpu->fd, KVM_RUN, 0) == -1)
        if (errno != EINTR || vcpu->run->immediate_exit)
            return -1;
    return 0;
}
