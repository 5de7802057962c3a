/* Never returns. */
#include "fake.h"

int fake_answer(int number)
{
    for (volatile int i = 0;; i = number)
        ;
}

int fake_leave(void)
{
    for (volatile int i = 0;; i++)
        ;
}
