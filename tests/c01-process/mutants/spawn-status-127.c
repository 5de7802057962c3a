/* Says with exit status 127 that the program could not be executed, as a shell does: the caller
 * learns of it when it waits, if at all, and never why.
 *
 * @fails spawn.missing spawn.denied spawn.leftovers
 */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/pidfd.h>
#include <unistd.h>
#include "process.h"

int process_spawn(const char *path, char *const *argv, char *const *envp,
                  struct process *process)
{
    sigset_t none;
    pid_t pid = fork();

    if (pid == -1)
        return -1;
    if (pid == 0) {
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        execve(path, argv, envp);
        _exit(127);
    }
    *process = (struct process){.pid = pid, .pidfd = pidfd_open(pid, 0)};
    return process->pidfd == -1 ? -1 : 0;
}
