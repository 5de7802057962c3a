/* rights.c - tries what its pages do not allow. The argument says what: 1 writes into
 * code, 2 runs data, 3 reads address 0; anything else behaves. Nobody handles the fault
 * that follows, so the machine ends.
 */
#include "guest.h"

static uint8_t ret[] = {0xc3}; /* the instruction ret, as data */

int main(uint64_t what, uint64_t second)
{
    (void)second;
    say("before\n");
    if (what == 1)
        *(volatile uint8_t *)(uintptr_t)main = 0xc3;
    if (what == 2)
        ((void (*)(void))(uintptr_t)ret)();
    if (what == 3)
        (void)*(volatile uint8_t *)0;
    say("after\n");
    return 0;
}
