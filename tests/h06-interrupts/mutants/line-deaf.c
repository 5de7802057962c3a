/* Does not notice that there are no chips.
 *
 * @fails line.chips
 */
#include <sys/ioctl.h>
#include "interrupts.h"

int interrupts_line(const struct vm *vm, unsigned irq, bool level)
{
    struct kvm_irq_level line = {.irq = irq, .level = level};
    (void)ioctl(vm->fd, KVM_IRQ_LINE, &line);
    return 0;
}
