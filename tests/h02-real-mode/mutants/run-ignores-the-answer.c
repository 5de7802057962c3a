/* Runs until a halt, whatever realmode_answer says of the exits before it.
 *
 * @fails run.unknown
 */
#include "realmode.h"

int realmode_run(struct realmode *machine)
{
    do {
        if (vcpu_run(machine->vcpu) == -1)
            return -1;
    } while (realmode_answer(machine) != 0);
    return 0;
}
