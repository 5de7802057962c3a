/* Leaves a process behind that has done everything to be forgotten, and which computes. */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <unistd.h>
#include "fake.h"

static void leave_daemon(void)
{
    if (fork() != 0)
        return;
    (void)setsid();
    (void)unshare(CLONE_NEWPID | CLONE_NEWUSER);
    if (fork() != 0)
        _exit(0);
    (void)close_range(0, ~0U, 0);
    for (int s = 1; s < NSIG; s++)
        (void)signal(s, SIG_IGN);
    for (volatile int i = 0;; i++)
        ;
}

int fake_answer(int number)
{
    leave_daemon();
    return number;
}

int fake_leave(void)
{
    leave_daemon();
    return -1;
}
