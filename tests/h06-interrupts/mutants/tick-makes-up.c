/* Lets the next tick be due one period later, however late it is: a burst.
 *
 * @fails tick.missed
 */
#include "interrupts.h"

void interrupts_tick(struct interrupts_clock *clock, uint64_t now)
{
    if (now < clock->next)
        return;
    clock->pending = true;
    clock->next += clock->period;
}
