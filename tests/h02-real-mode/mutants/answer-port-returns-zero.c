/* Returns what port_io returns: 0, which says that the guest has halted.
 *
 * @fails answer.port
 */
#include <errno.h>
#include "realmode.h"

int realmode_answer(struct realmode *machine)
{
    uint32_t reason = machine->vcpu->run->exit_reason;

    machine->exits[reason < EXIT_KINDS ? reason : EXIT_KINDS - 1]++;
    switch (reason) {
    case KVM_EXIT_HLT:
        return 0;
    case KVM_EXIT_IO:
        return port_io(machine->devices, machine->device_count, machine->vcpu);
    }
    errno = ENOTSUP;
    return -1;
}
