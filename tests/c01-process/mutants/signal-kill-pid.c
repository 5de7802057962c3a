/* Signals the number: whoever has it by now gets the signal.
 *
 * @fails signal.stranger
 */
#define _GNU_SOURCE
#include <signal.h>
#include "process.h"

int process_signal(const struct process *process, int signal)
{
    return kill(process->pid, signal);
}
