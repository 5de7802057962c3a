/* Raises the line whatever it is told.
 *
 * @fails line.rises
 */
#include <sys/ioctl.h>
#include "interrupts.h"

int interrupts_line(const struct vm *vm, unsigned irq, bool level)
{
    (void)level;
    struct kvm_irq_level line = {.irq = irq, .level = 1};
    return ioctl(vm->fd, KVM_IRQ_LINE, &line) == -1 ? -1 : 0;
}
