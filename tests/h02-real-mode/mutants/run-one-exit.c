/* Answers one exit and is done.
 *
 * @fails run.halt
 */
#include "realmode.h"

int realmode_run(struct realmode *machine)
{
    if (vcpu_run(machine->vcpu) == -1)
        return -1;
    return realmode_answer(machine) == -1 ? -1 : 0;
}
