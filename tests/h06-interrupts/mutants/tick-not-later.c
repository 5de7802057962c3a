/* A tick that is due right now stays due.
 *
 * @fails tick.due tick.missed
 */
#include "interrupts.h"

void interrupts_tick(struct interrupts_clock *clock, uint64_t now)
{
    if (now < clock->next)
        return;
    clock->pending = true;
    clock->next +=
        ((now - clock->next + clock->period - 1) / clock->period) * clock->period;
}
