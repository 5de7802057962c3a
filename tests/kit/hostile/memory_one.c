/* Takes memory in one process, until there is none; does not look at what malloc says. */
#include <stdlib.h>
#include <string.h>
#include "fake.h"

static int take(void)
{
    for (;;) {
        char *volatile more = malloc(64 << 20);
        memset(more, 1, 64 << 20);
    }
}

int fake_answer(int number)
{
    return number + take();
}

int fake_leave(void)
{
    return take();
}
