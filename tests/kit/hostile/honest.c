/* Is right: so that a grader which fails everything does not look good here. */
#include <unistd.h>
#include "fake.h"

int fake_answer(int number)
{
    return number + number + 1;
}

int fake_leave(void)
{
    return chdir("/tmp");
}
