/* Writes to its own input, and makes its output and input one and the same thing. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#include "fake.h"

static void mix(void)
{
    int input = open("/proc/self/fd/0", O_RDWR | O_NONBLOCK);
    char page[4096] = "gggggggggggggggg";
    for (int i = 0; i < 1000; i++)
        if (write(input, page, sizeof page) == -1)
            break;
    (void)dup2(input, 1);
}

int fake_answer(int number)
{
    mix();
    return number;
}

int fake_leave(void)
{
    mix();
    return -1;
}
