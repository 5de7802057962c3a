/* Takes what KVM has said for true until the next exit, and gives a second vector over the first.
 *
 * @fails inject.one
 */
#include <errno.h>
#include <sys/ioctl.h>
#include "interrupts.h"

enum { VECTOR_FIRST = 16 };

static int fail(int error)
{
    errno = error;
    return -1;
}

int interrupts_inject(struct vcpu *vcpu, uint8_t vector)
{
    if (vector < VECTOR_FIRST)
        return fail(EINVAL);
    if (!vcpu->run->ready_for_interrupt_injection) {
        vcpu->run->request_interrupt_window = 1;
        return 1;
    }
    struct kvm_interrupt interrupt = {.irq = vector};
    if (ioctl(vcpu->fd, KVM_INTERRUPT, &interrupt) == -1)
        return -1;
    vcpu->run->request_interrupt_window = 0;
    return 0;
}
