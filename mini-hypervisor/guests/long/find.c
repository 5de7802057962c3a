/* find.c - finds out what serial chip there is, as Linux does: by trying.
 *
 * No register says "I am a 16550A". So a driver writes where a worse chip would forget,
 * or not be, and reads it back. These are the steps of Linux, in its order: autoconfig
 * and serial8250_do_startup in drivers/tty/serial/8250/8250_port.c. Exit status: the
 * number of the first step that fails, 0 when this is a 16550A that can interrupt.
 */
#include "uart.h"

/* 1. Where no chip is, everything reads ff. Four bits can be kept, and no more. */
static int is_there(void)
{
    put(IER, 0);
    uint8_t none = get(IER);
    put(IER, 0x0f);
    uint8_t all = get(IER);
    put(IER, 0);
    return (none & 0x0f) == 0 && (all & 0x0f) == 0x0f;
}

/* 2. In a loop the outputs of the modem are its inputs: OUT2 is DCD, RTS is CTS. */
static int loops(void)
{
    uint8_t before = get(MCR);
    put(MCR, MCR_LOOP | MCR_OUT2 | 2);
    uint8_t inputs = get(MSR) & 0xf0;
    put(MCR, before);
    return inputs == 0x90;
}

/* 3. Only a 16550A has queues that work: both upper bits of IIR say so. */
static int has_queues(void)
{
    put(LCR, 0);
    put(FCR, FCR_ON);
    unsigned kind = get(IIR) >> 6;
    put(FCR, FCR_ON | FCR_CLEAR);
    put(FCR, 0);
    return kind == 3;
}

/* 4. The divisor stands behind DLAB, and nothing else is changed by it. */
static int has_divisor(void)
{
    put(IER, 0);
    put(LCR, LCR_DLAB | LCR_8_BITS);
    put(DATA, 1); /* 115200 baud */
    put(IER, 0);
    int good = get(DATA) == 1 && get(IER) == 0;
    put(LCR, LCR_8_BITS);
    return good && get(LCR) == LCR_8_BITS;
}

/* 5. Whoever asks for "may send" while the line is idle is told so at once: and again,
 *    when he asks again. Without that Linux falls back to a timer. */
static int asks_for_output(void)
{
    while (!(get(LSR) & LSR_MAY_SEND))
        ;
    put(IER, IER_OUTPUT);
    uint8_t first = get(IIR);
    put(IER, 0);
    put(IER, IER_OUTPUT);
    uint8_t second = get(IIR);
    put(IER, 0);
    return !(first & IIR_NONE) && !(second & IIR_NONE);
}

int main(uint64_t first, uint64_t second)
{
    static const struct {
        const char *what;
        int (*try)(void);
    } steps[] = {
        {"1 IER keeps four bits", is_there},
        {"2 a loop of the modem", loops},
        {"3 queues: 16550A", has_queues},
        {"4 a divisor behind DLAB", has_divisor},
        {"5 may send, and again", asks_for_output},
    };

    (void)first;
    (void)second;
    for (unsigned i = 0; i < sizeof steps / sizeof *steps; i++) {
        int good = steps[i].try();
        say(steps[i].what);
        say(good ? ": yes\n" : ": no\n");
        if (!good)
            return (int)i + 1;
    }
    return 0;
}
