/* Waits once: a signal that arrives meanwhile counts as a failure.
 *
 * @fails wait.interrupted
 */
#define _GNU_SOURCE
#include <sys/wait.h>
#include "cleanup.h"
#include "process.h"

int process_wait(struct process *process, struct process_end *end)
{
    siginfo_t info;

    if (waitid(P_PIDFD, (id_t)process->pidfd, &info, WEXITED) == -1)
        return -1;
    cleanup_close(&process->pidfd);
    *end = (struct process_end){0};
    if (info.si_code == CLD_EXITED)
        end->exit_status = info.si_status;
    else
        end->signal = info.si_status;
    end->core = info.si_code == CLD_DUMPED;
    return 0;
}
