/* Lets the line fall again at once.
 *
 * @fails line.rises
 */
#include <sys/ioctl.h>
#include "interrupts.h"

int interrupts_line(const struct vm *vm, unsigned irq, bool level)
{
    struct kvm_irq_level line = {.irq = irq, .level = level};
    if (ioctl(vm->fd, KVM_IRQ_LINE, &line) == -1)
        return -1;
    line.level = 0;
    return ioctl(vm->fd, KVM_IRQ_LINE, &line) == -1 ? -1 : 0;
}
