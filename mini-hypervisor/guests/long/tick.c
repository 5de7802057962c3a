/* tick.c - a guest that lives by the clock: it sleeps, and each tick wakes it.
 *
 * The clock is the host's: it injects vector 32 a hundred times a second. `hlt` stops
 * the processor until an interrupt comes. `sti` lets them come, but only behind the
 * instruction after it: so none can slip in between `sti` and `hlt`, and be slept
 * through.
 */
#include "guest.h"

enum { CLOCK = 32, TICKS = 5 };

static volatile unsigned ticks;

void interrupt(uint64_t vector, const uint64_t *frame);
void interrupt(uint64_t vector, const uint64_t *frame)
{
    (void)frame;
    if (vector == CLOCK)
        ticks++;
}

int main(uint64_t first, uint64_t second)
{
    (void)first;
    (void)second;
    int64_t start = host(CALL_TIME, 0, 0);
    for (unsigned seen = 0; seen < TICKS;) {
        __asm__ volatile("sti; hlt; cli" : : : "memory");
        if (ticks == seen)
            continue;
        seen = ticks;
        say("tick ");
        say_number(seen);
        say(" after ");
        say_number((uint64_t)(host(CALL_TIME, 0, 0) - start) / 1000000);
        say(" ms\n");
    }
    return 0;
}
