/* Writes a file that is larger than anything here has to be. */
#include <fcntl.h>
#include <unistd.h>
#include "fake.h"

static int write_far(void)
{
    int file = open("/tmp/huge", O_WRONLY | O_CREAT, 0600);
    return lseek(file, 1L << 30, SEEK_SET) == -1 ? -1 : (int)write(file, "x", 1);
}

int fake_answer(int number)
{
    return number + write_far();
}

int fake_leave(void)
{
    return write_far();
}
