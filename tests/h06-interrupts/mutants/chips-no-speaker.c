/* Forgets that port 0x61 belongs to the timer.
 *
 * @fails chips.port
 */
#include <sys/ioctl.h>
#include "interrupts.h"

enum { TSS_ADDRESS = 0xfffbd000 };

int interrupts_chips(const struct vm *vm)
{
    /* The timer's flag lets KVM answer port 0x61, too, by which a guest waits for it. */
    struct kvm_pit_config timer = {.flags = 0};
    if (ioctl(vm->fd, KVM_SET_TSS_ADDR, (unsigned long)TSS_ADDRESS) == -1 ||
        ioctl(vm->fd, KVM_CREATE_IRQCHIP, 0) == -1 ||
        ioctl(vm->fd, KVM_CREATE_PIT2, &timer) == -1)
        return -1;
    return 0;
}
