/* Waits for one child a SIGCHLD: when several end, the signal may come once.
 *
 * @fails init.reap
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/wait.h>
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
            siginfo_t who = {0};
            (void)waitid(P_ALL, 0, &who, WEXITED | WNOHANG | WNOWAIT);
            if (who.si_pid != 0 && who.si_pid != program->pid)
                (void)waitpid(who.si_pid, NULL, 0);
            continue;
        }
        /* 3. Any other is meant for the program. If it has ended, it needs it no more. */
        (void)process_signal(program, signal);
    }
    /* 4. Its end is ours. */
    if (process_wait(program, &end) == -1)
        return -1;
    return process_exit_status(&end);
}
