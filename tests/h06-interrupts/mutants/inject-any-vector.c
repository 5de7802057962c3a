/* Gives exceptions to KVM as interrupts.
 *
 * @fails inject.refuses
 */
#include <sys/ioctl.h>
#include "interrupts.h"

int interrupts_inject(struct vcpu *vcpu, uint8_t vector)
{
    if (!vcpu->run->ready_for_interrupt_injection) {
        vcpu->run->request_interrupt_window = 1;
        return 1;
    }
    struct kvm_interrupt interrupt = {.irq = vector};
    if (ioctl(vcpu->fd, KVM_INTERRUPT, &interrupt) == -1)
        return -1;
    vcpu->run->request_interrupt_window = 0;
    vcpu->run->ready_for_interrupt_injection = 0;
    return 0;
}
