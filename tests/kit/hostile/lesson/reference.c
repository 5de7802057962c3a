/* reference.c - the reference of the lesson that exists only to be attacked. */
#include <unistd.h>
#include "fake.h"

int fake_answer(int number)
{
    return 2 * number + 1;
}

int fake_leave(void)
{
    return chdir("/tmp");
}
