/* Reaps, and keeps the signals to itself: whoever asks the container to stop waits in vain.
 *
 * @fails init.forward
 */
#define _GNU_SOURCE
#include <errno.h>
#include "namespaces.h"

int namespaces_init(struct process *program)
{
    struct process_end end;
    sigset_t every;

    /* 1. A signal without a handler does nothing to PID 1, so each is taken as it comes. */
    sigfillset(&every);
    while (!process_ended(program)) {
        int signal = sigwaitinfo(&every, NULL);
        if (signal == -1 && errno == EINTR)
            continue;
        if (signal == -1)
            return -1;
        /* 2. SIGCHLD: somebody ended, or several did; an orphan, or the program itself, which
         *    is waited for below. */
        if (signal == SIGCHLD) {
            if (process_reap(program->pid) == -1)
                return -1;
            continue;
        }
    }
    /* 4. Its end is ours. */
    if (process_wait(program, &end) == -1)
        return -1;
    return process_exit_status(&end);
}
