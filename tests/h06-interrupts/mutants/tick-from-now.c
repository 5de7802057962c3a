/* Counts the period from now: the clock goes slow.
 *
 * @fails tick.missed
 */
#include "interrupts.h"

void interrupts_tick(struct interrupts_clock *clock, uint64_t now)
{
    if (now < clock->next)
        return;
    clock->pending = true;
    clock->next = now + clock->period;
}
