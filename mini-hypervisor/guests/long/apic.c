/* apic.c - the timer of the local APIC: each processor has its own, and no port leads
 * to it.
 *
 * Its registers are memory, a page at 0xfee00000, which the host has to map (writable;
 * no program there). It counts down from a number that we write, sends our vector once,
 * and stops. Writing 0 to the register "end of interrupt" lets the next one come.
 *
 * Read on: Intel SDM volume 3, "APIC Timer".
 */
#include "guest.h"

enum {
    APIC = 0xfee00000,
    APIC_END = 0xb0,
    APIC_SPURIOUS = 0xf0, /* bit 8 turns the APIC on */
    APIC_TIMER = 0x320,   /* the vector */
    APIC_COUNT = 0x380,   /* where to count from */
    APIC_DIVIDE = 0x3e0,  /* 0xb: count every step */
    VECTOR = 48,
    MILLISECOND = 1000000, /* KVM's counts nanoseconds */
    TICKS = 5,
};

static volatile unsigned ticks;

static volatile uint32_t *apic(unsigned offset)
{
    return (volatile uint32_t *)(uintptr_t)((unsigned)APIC + offset);
}

void interrupt(uint64_t vector, const uint64_t *frame);
void interrupt(uint64_t vector, const uint64_t *frame)
{
    (void)frame;
    if (vector == VECTOR)
        ticks++;
    *apic(APIC_END) = 0;
    if (ticks < TICKS)
        *apic(APIC_COUNT) = MILLISECOND; /* the last one starts no other */
}

int main(uint64_t first, uint64_t second)
{
    (void)first;
    (void)second;
    *apic(APIC_SPURIOUS) = 1 << 8 | 0xff;
    *apic(APIC_DIVIDE) = 0xb;
    *apic(APIC_TIMER) = VECTOR;
    *apic(APIC_COUNT) = MILLISECOND;
    for (unsigned seen = 0; seen < TICKS; seen = ticks)
        __asm__ volatile("sti; hlt; cli" : : : "memory");
    say_number(ticks);
    say(" ticks\n");
    return 0;
}
