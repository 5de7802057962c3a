/* Takes away from process 1 of the sandbox what it needs to live: it may, as the same user. */
#define _GNU_SOURCE
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>
#include "fake.h"

static void starve(void)
{
    struct rlimit nothing = {0, 0};
    for (int resource = 0; resource < RLIM_NLIMITS; resource++)
        (void)prlimit(1, (enum __rlimit_resource)resource, &nothing, NULL);
    (void)setpriority(PRIO_PROCESS, 1, 19);
}

int fake_answer(int number)
{
    starve();
    return number;
}

int fake_leave(void)
{
    starve();
    return -1;
}
