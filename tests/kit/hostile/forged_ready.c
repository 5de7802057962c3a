/* Says "I stand still, all is done" in the very words of the probe, whose secret it reads. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "fake.h"

__attribute__((constructor)) static void forge(void)
{
    char line[256];
    const char *nonce = getenv("BOXWORK_PLAYER");
    int length = snprintf(line, sizeof line, "\036ready %s 1 0\n", nonce ? nonce : "");
    for (int i = 0; i < 3; i++)
        if (write(1, line, (size_t)length) == -1)
            _exit(0);
    (void)sleep(1);
    _exit(40);
}

int fake_answer(int number)
{
    return number;
}

int fake_leave(void)
{
    return 0;
}
