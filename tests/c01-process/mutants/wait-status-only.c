/* Takes si_status for an exit status, whatever si_code says: a program that was killed seems to
 * have ended by itself with 9.
 *
 * @fails wait.signal
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/wait.h>
#include "cleanup.h"
#include "process.h"

int process_wait(struct process *process, struct process_end *end)
{
    siginfo_t info;

    if (TEMP_FAILURE_RETRY(waitid(P_PIDFD, (id_t)process->pidfd, &info, WEXITED)) == -1)
        return -1;
    cleanup_close(&process->pidfd);
    *end = (struct process_end){.exit_status = info.si_status};
    return 0;
}
