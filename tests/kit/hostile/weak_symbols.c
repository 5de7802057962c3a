/* Steps back behind the reference: weak, so that the linker takes the other one; or chosen at
 * load time, so that it is nobody's. */
#include "fake.h"

__attribute__((weak)) int fake_answer(int number)
{
    return number;
}

static int nothing(void)
{
    return 0;
}

static int (*choose(void))(void)
{
    return nothing;
}

int fake_leave(void) __attribute__((ifunc("choose")));
