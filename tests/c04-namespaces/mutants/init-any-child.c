/* Takes any child that ends for the program.
 *
 * @fails init.reap init.stays
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include "namespaces.h"

int namespaces_init(struct process *program)
{
    sigset_t every;
    int status;

    sigfillset(&every);
    for (;;) {
        int signal = sigwaitinfo(&every, NULL);
        if (signal == -1 && errno == EINTR)
            continue;
        if (signal == -1)
            return -1;
        if (signal == SIGCHLD && wait(&status) != -1)
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        (void)process_signal(program, signal);
    }
}
