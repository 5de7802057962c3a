/* Waits for ever, with every signal blocked. */
#include <signal.h>
#include <unistd.h>
#include "fake.h"

static int wait_for_ever(void)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    for (;;)
        pause();
}

int fake_answer(int number)
{
    return number + wait_for_ever();
}

int fake_leave(void)
{
    return wait_for_ever();
}
