/* lines.c - a guest that listens to the lines of a PC's chips, and says which one came.
 *
 * The first PIC has the lines 0 to 7. It is told to send vector 32 for line 0, 33 for
 * line 1, and so on, and to let all of them through. A line counts when it rises: while
 * it stays up nothing more comes of it. The guest ends after as many interrupts as its
 * argument says; 0: never.
 *
 * Read on: data sheet of the Intel 8259A, "edge triggered mode".
 */
#include "guest.h"

enum { PIC = 0x20, PIC_DATA = 0x21, PIC_END = 0x20, VECTOR = 32, LINES = 8 };

/* Another interrupt can come before main has looked at the first. */
static volatile unsigned count;
static volatile uint8_t came[256];

void interrupt(uint64_t vector, const uint64_t *frame);
void interrupt(uint64_t vector, const uint64_t *frame)
{
    (void)frame;
    came[count++ % sizeof came] = (uint8_t)vector;
    out8(PIC, PIC_END);
}

int main(uint64_t first, uint64_t second)
{
    (void)second;
    out8(PIC, 0x11);        /* as in timer.c: begin, */
    out8(PIC_DATA, VECTOR); /* the first vector, */
    out8(PIC_DATA, 0x04);   /* the second PIC hangs at line 2, */
    out8(PIC_DATA, 0x01);   /* as in a PC */
    out8(PIC_DATA, 0x00);   /* every line may interrupt */
    for (unsigned seen = 0; first == 0 || seen < first;) {
        __asm__ volatile("sti; hlt; cli" : : : "memory");
        for (; seen < count; seen++) {
            say("line ");
            say_number(came[seen % sizeof came] - VECTOR);
            say(", interrupt ");
            say_number(seen + 1);
            say("\n");
        }
    }
    return 0;
}
