/* scribble.c - a hostile guest: it writes anything to any register of the serial port,
 * and reads any, some thousand times. The host must not be harmed, and the chip must
 * still be a chip afterwards: that is asked at the end.
 *
 * The numbers come from a small generator (xorshift): other ones for another argument,
 * and the same ones for the same.
 */
#include "uart.h"

enum { TIMES = 5000, LOOP_SIZE = 16 };

static uint64_t state;

static unsigned any(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state >> 32);
}

int main(uint64_t first, uint64_t second)
{
    (void)second;
    state = first * 2 + 1;
    put(LCR, 0);
    put(MCR, MCR_LOOP); /* what we send comes back: nobody should have to read it */
    for (unsigned i = 0; i < TIMES; i++) {
        unsigned what = any(), offset = what & 7;
        if (what & 0x100)
            (void)get(offset);
        else
            put(offset, offset == MCR ? MCR_LOOP | what >> 16 : what >> 16);
    }
    /* From here on it has to be as after a reset. */
    put(LCR, 0);
    put(IER, 0);
    put(FCR, 0);
    put(FCR, FCR_ON | FCR_CLEAR);
    put(MCR, MCR_LOOP);
    for (unsigned i = 0; i < LOOP_SIZE; i++)
        put(DATA, i);
    for (unsigned i = 0; i < LOOP_SIZE; i++)
        if (!(get(LSR) & LSR_INPUT) || get(DATA) != i)
            return 1;
    say("still a chip\n");
    return get(LSR) & LSR_INPUT ? 2 : 0;
}
