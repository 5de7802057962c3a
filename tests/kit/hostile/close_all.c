/* Closes every descriptor. */
#define _GNU_SOURCE
#include <unistd.h>
#include "fake.h"

int fake_answer(int number)
{
    return close_range(0, ~0U, 0) + number;
}

int fake_leave(void)
{
    return close_range(0, ~0U, 0);
}
