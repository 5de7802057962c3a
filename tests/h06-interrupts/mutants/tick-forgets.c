/* Forgets a tick that is pending when no other is due.
 *
 * @fails tick.rest
 */
#include "interrupts.h"

void interrupts_tick(struct interrupts_clock *clock, uint64_t now)
{
    clock->pending = now >= clock->next;
    if (!clock->pending)
        return;
    clock->next += ((now - clock->next) / clock->period + 1) * clock->period;
}
