/* Takes memory in many processes at a time, each of them below the limit of one. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "fake.h"

static int bomb(void)
{
    for (int i = 0; i < 16; i++)
        if (fork() == 0)
            break;
    for (;;) {
        void *more = malloc(1 << 20);
        if (more)
            memset(more, 1, 1 << 20);
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
