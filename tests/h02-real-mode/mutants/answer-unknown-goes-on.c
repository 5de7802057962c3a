/* Lets the guest run on after an exit that it does not know, with a wrong answer in its
 * hands.
 *
 * @fails answer.unknown
 */
#include "realmode.h"

int realmode_answer(struct realmode *machine)
{
    uint32_t reason = machine->vcpu->run->exit_reason;

    machine->exits[reason < EXIT_KINDS ? reason : EXIT_KINDS - 1]++;
    if (reason == KVM_EXIT_HLT)
        return 0;
    if (reason == KVM_EXIT_IO)
        return port_io(machine->devices, machine->device_count, machine->vcpu) == 0 ? 1
                                                                                    : -1;
    return 1;
}
