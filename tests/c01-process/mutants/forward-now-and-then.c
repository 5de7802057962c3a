/* Looks a hundred times a second whether the process has ended: it works, and keeps a processor
 * awake for each container of a machine.
 *
 * @fails forward.idle
 */
#define _GNU_SOURCE
#include <signal.h>
#include <time.h>
#include "process.h"

int process_forward(const struct process *process, const sigset_t *signals)
{
    const struct timespec moment = {.tv_nsec = 10000000};

    while (!process_ended(process)) {
        int number = sigtimedwait(signals, NULL, &moment);
        if (number > 0)
            (void)process_signal(process, number);
    }
    return 0;
}
