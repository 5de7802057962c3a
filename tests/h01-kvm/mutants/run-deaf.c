/* Goes on after every signal, also after one that asked it to stop.
 *
 * @fails run.stop
 */
#include <errno.h>
#include <sys/ioctl.h>
#include "vm.h"

int vcpu_run(struct vcpu *vcpu)
{
    int result;

    do
        result = ioctl(vcpu->fd, KVM_RUN, 0);
    while (result == -1 && errno == EINTR);
    return result;
}
