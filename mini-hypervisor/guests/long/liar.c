/* liar.c - a hostile guest: every call is wrong in another way. The host must answer each
 * with an error, and must not be harmed. Exit status: how many it took for good.
 */
#include "guest.h"

static char text[] = "x";

int main(uint64_t first, uint64_t second)
{
    int wrong = 0;
    (void)first;
    (void)second;
    wrong += host(CALL_WRITE, 0, 1) >= 0;                        /* not mapped */
    wrong += host(CALL_WRITE, (uintptr_t)text, 1ull << 40) >= 0; /* too long */
    wrong += host(CALL_WRITE, (uintptr_t)text, 60000) >= 0;      /* behind our memory */
    wrong += host(CALL_WRITE, UINT64_MAX, 2) >= 0;               /* over the end */
    wrong += host(CALL_WRITE, 1ull << 47, 1) >= 0;               /* not canonical */
    wrong += host(CALL_EXIT, 256, 0) >= 0;                       /* no exit status */
    wrong += host(99, 0, 0) >= 0;                                /* no such call */
    return wrong;
}
