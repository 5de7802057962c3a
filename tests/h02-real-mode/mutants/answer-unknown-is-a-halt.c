/* Everything that is no port ends the guest as if it had halted.
 *
 * @fails answer.unknown
 */
#include "realmode.h"

int realmode_answer(struct realmode *machine)
{
    uint32_t reason = machine->vcpu->run->exit_reason;

    machine->exits[reason < EXIT_KINDS ? reason : EXIT_KINDS - 1]++;
    if (reason == KVM_EXIT_IO)
        return port_io(machine->devices, machine->device_count, machine->vcpu) == 0 ? 1
                                                                                    : -1;
    return 0;
}
