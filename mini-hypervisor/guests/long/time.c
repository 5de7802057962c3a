/* time.c - what a call to the host costs: a thousand of them, and the host's own clock.
 * */
#include "guest.h"

enum { CALLS = 1000 };

int main(uint64_t first, uint64_t second)
{
    (void)first;
    (void)second;
    int64_t start = host(CALL_TIME, 0, 0), end = start;
    for (int i = 0; i < CALLS; i++) {
        int64_t now = host(CALL_TIME, 0, 0);
        if (now < end) {
            say("time went backwards\n");
            return 1;
        }
        end = now;
    }
    say("a call to the host takes ");
    say_number((uint64_t)(end - start) / CALLS);
    say(" ns\n");
    return 0;
}
