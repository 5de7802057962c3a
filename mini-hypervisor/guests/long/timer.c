/* timer.c - a guest with a PC's chips: it programs two of them, and then ticks by itself.
 *
 * The PIT (a counter of 1,193,182 steps a second) raises IRQ 0 whenever it has counted
 * down. The PIC turns IRQ 0 into a vector; after a reset that would be 8, which is the
 * double fault, so it is told to begin at 32. And it sends no more before it is told
 * that the last one has been seen ("end of interrupt").
 *
 * Read on: data sheets of the Intel 8254 and 8259A.
 */
#include "guest.h"

enum {
    PIC = 0x20,
    PIC_DATA = 0x21,
    PIC_END = 0x20,
    PIT_0 = 0x40,
    PIT_MODE = 0x43,
    PIT_HERTZ = 1193182,
    VECTOR = 32,
    HERTZ = 100,
    TICKS = 5,
};

static volatile unsigned ticks;

void interrupt(uint64_t vector, const uint64_t *frame);
void interrupt(uint64_t vector, const uint64_t *frame)
{
    (void)frame;
    /* On a busy host one more may come before main looks. */
    if (vector == VECTOR && ticks < TICKS)
        ticks++;
    out8(PIC, PIC_END);
}

int main(uint64_t first, uint64_t second)
{
    (void)first;
    (void)second;
    out8(PIC, 0x11);        /* four words of setup follow each other: begin, */
    out8(PIC_DATA, VECTOR); /* the first vector, */
    out8(PIC_DATA, 0x04);   /* the second PIC hangs at line 2, */
    out8(PIC_DATA, 0x01);   /* as in a PC */
    out8(PIC_DATA, 0xfe);   /* only line 0 may interrupt */
    out8(PIT_MODE, 0x34);   /* counter 0, both bytes, again and again */
    out8(PIT_0, PIT_HERTZ / HERTZ & 0xff);
    out8(PIT_0, PIT_HERTZ / HERTZ >> 8);
    for (unsigned seen = 0; seen < TICKS; seen = ticks)
        __asm__ volatile("sti; hlt; cli" : : : "memory");
    say_number(ticks);
    say(" ticks\n");
    return 0;
}
