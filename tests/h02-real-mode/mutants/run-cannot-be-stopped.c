/* Takes every failure of vcpu_run for a signal, and tries again.
 *
 * @fails run.stop
 */
#include "realmode.h"

int realmode_run(struct realmode *machine)
{
    int answer = 1;

    while (answer == 1) {
        if (vcpu_run(machine->vcpu) == -1)
            continue;
        answer = realmode_answer(machine);
    }
    return answer;
}
