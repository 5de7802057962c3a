/* Writes the table, and does not tell the processor.
 *
 * @fails idt.register idt.guest
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include "interrupts.h"

enum { GATE = 16, GATES_MAX = 256 };

static int fail(int error)
{
    errno = error;
    return -1;
}

int interrupts_idt(const struct vm *vm, struct vcpu *vcpu, uint64_t address,
                   const struct interrupts_gate *gates, unsigned count)
{
    struct kvm_sregs sregs;
    if (count == 0 || count > GATES_MAX)
        return fail(EINVAL);
    uint8_t *memory = vm_at(vm, address, (size_t)count * GATE);
    if (memory == NULL)
        return -1;
    for (unsigned i = 0; i < count; i++) {
        uint64_t words[2];
        interrupts_pack(&gates[i], words);
        memcpy(memory + (size_t)i * GATE, words, GATE);
    }
    if (ioctl(vcpu->fd, KVM_GET_SREGS, &sregs) == -1)
        return -1;
    return 0;
}
