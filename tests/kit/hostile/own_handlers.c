/* Catches every signal and goes on; then the limits on time and file size have to do without. */
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>
#include "fake.h"

static void go_on(int number)
{
    (void)number;
}

static int resist(void)
{
    for (int s = 1; s < NSIG; s++)
        (void)signal(s, go_on);
    for (volatile int i = 0;; i++)
        ;
}

int fake_answer(int number)
{
    return number + resist();
}

int fake_leave(void)
{
    return resist();
}
