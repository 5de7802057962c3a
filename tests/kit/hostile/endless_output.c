/* Writes without an end. */
#include <string.h>
#include <unistd.h>
#include "fake.h"

static int write_on(int fd)
{
    char page[4096];
    memset(page, 'x', sizeof page);
    for (;;)
        if (write(fd, page, sizeof page) == -1)
            return -1;
}

int fake_answer(int number)
{
    return number + write_on(1);
}

int fake_leave(void)
{
    return write_on(2);
}
