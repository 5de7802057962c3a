/* Passes on the first signal and returns: the next one finds nobody in front.
 *
 * @fails forward.passed forward.pending
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <sys/signalfd.h>
#include "cleanup.h"
#include "process.h"

int process_forward(const struct process *process, const sigset_t *signals)
{
    CLEANUP_CLOSE int arrived = signalfd(-1, signals, SFD_CLOEXEC);
    if (arrived == -1)
        return -1;
    struct pollfd ready[] = {{.fd = process->pidfd, .events = POLLIN},
                             {.fd = arrived, .events = POLLIN}};

    if (TEMP_FAILURE_RETRY(poll(ready, 2, -1)) == -1)
        return -1;
    if (ready[0].revents)
        return 0;
    struct signalfd_siginfo info;
    if (read(arrived, &info, sizeof info) != sizeof info)
        return -1;
    return process_signal(process, (int)info.ssi_signo);
}
