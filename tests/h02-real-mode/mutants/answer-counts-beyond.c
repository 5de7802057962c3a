/* Counts by the number of the exit, however big it is.
 *
 * @fails answer.counts
 */
#include <errno.h>
#include "realmode.h"

int realmode_answer(struct realmode *machine)
{
    uint32_t reason = machine->vcpu->run->exit_reason;

    machine->exits[reason]++;
    if (reason == KVM_EXIT_HLT)
        return 0;
    if (reason == KVM_EXIT_IO)
        return port_io(machine->devices, machine->device_count, machine->vcpu) == 0 ? 1
                                                                                    : -1;
    errno = ENOTSUP;
    return -1;
}
