/* deaf.c - a guest that does not listen for a while: interrupts are off until so many
 * milliseconds are over as its argument says (0: 100). Then it listens, and says when
 * three ticks have come. A clock that made up for those that were missed would give all
 * of them at once.
 */
#include "guest.h"

enum { CLOCK = 32, MILLISECOND = 1000000, TICKS = 3 };

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
    (void)second;
    int64_t wait = (int64_t)(first ? first : 100) * MILLISECOND;
    int64_t start = host(CALL_TIME, 0, 0);
    while (host(CALL_TIME, 0, 0) - start < wait)
        ;
    for (unsigned seen = 0; seen < TICKS;) {
        __asm__ volatile("sti; hlt; cli" : : : "memory");
        if (ticks == seen)
            continue;
        seen = ticks;
        say("tick ");
        say_number(seen);
        say(" after ");
        say_number((uint64_t)(host(CALL_TIME, 0, 0) - start) / MILLISECOND);
        say(" ms\n");
    }
    return 0;
}
