/* talk.c - a driver with interrupts, and a small program on top of it.
 *
 * Nobody here ever waits for the line in a loop. The program sleeps (hlt), and the
 * interrupt of the serial port, line 4, does the work: it takes what has come in, echoes
 * it, and sends what is left. The program gets whole lines, and answers how many
 * bytes and how many interrupts a line was. "exit" ends it.
 *
 * Read on: serial8250_handle_irq in the kernel's drivers/tty/serial/8250/8250_port.c.
 */
#include "uart.h"

enum {
    PIC = 0x20,
    PIC_DATA = 0x21,
    PIC_END = 0x20,
    VECTOR = 36, /* line 4, when line 0 is 32 */
    ROOM = 256,
    QUEUE = 16,
};

/* Rings that the interrupt and the program share: a number of bytes put in, and one of
 * bytes taken out. Only one side changes each. */
static volatile struct ring {
    uint8_t byte[ROOM];
    unsigned in, out;
} output, input;
static volatile unsigned interrupts, asked;

/* What there is no room for is lost. */
static void keep(volatile struct ring *ring, uint8_t byte)
{
    if (ring->in - ring->out < ROOM)
        ring->byte[ring->in++ % ROOM] = byte;
}

/* Asks for "may send", or not any more: asking is what starts the output. */
static void ask(unsigned wanted)
{
    if (asked != wanted)
        put(IER, asked = wanted);
}

static void send_more(void)
{
    for (int i = 0; i < QUEUE && output.out != output.in; i++)
        put(DATA, output.byte[output.out++ % ROOM]);
    ask(output.out == output.in ? IER_INPUT : IER_INPUT | IER_OUTPUT);
}

void interrupt(uint64_t vector, const uint64_t *frame);
void interrupt(uint64_t vector, const uint64_t *frame)
{
    (void)frame;
    if (vector != VECTOR)
        return;
    interrupts++;
    /* Until there is no cause left: only then has the line fallen, and can rise again. */
    for (uint8_t cause; !((cause = get(IIR)) & IIR_NONE);) {
        while (get(LSR) & LSR_INPUT) {
            uint8_t byte = get(DATA);
            keep(&input, byte == '\r' ? '\n' : byte);
            if (byte == '\r' || byte == '\n')
                keep(&output, '\r');
            keep(&output, byte == '\r' ? '\n' : byte);
        }
        send_more();
    }
    out8(PIC, PIC_END);
}

/* The program's side: puts a text into the ring, and has the chip ask for it. */
static void print(const char *text)
{
    __asm__ volatile("cli" : : : "memory");
    for (; *text != '\0'; text++)
        keep(&output, (uint8_t)*text);
    ask(IER_INPUT | IER_OUTPUT);
    __asm__ volatile("sti" : : : "memory");
}

static void print_number(unsigned number)
{
    char digits[11];
    char *first = digits + sizeof digits - 1;
    *first = '\0';
    do
        *--first = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    print(first);
}

static void open_line(void)
{
    out8(PIC, 0x11); /* as in lines.c */
    out8(PIC_DATA, 32);
    out8(PIC_DATA, 0x04);
    out8(PIC_DATA, 0x01);
    out8(PIC_DATA, 0xff & ~(1 << 4)); /* only line 4 may interrupt */
    put(FCR, FCR_ON | FCR_CLEAR);
    put(LCR, LCR_8_BITS);
    put(MCR, MCR_DTR_RTS | MCR_OUT2);
    ask(IER_INPUT);
}

/* Sleeps until a byte has come in. */
static uint8_t next_byte(void)
{
    __asm__ volatile("cli" : : : "memory");
    while (input.in == input.out)
        __asm__ volatile("sti; hlt; cli" : : : "memory");
    uint8_t byte = input.byte[input.out++ % ROOM];
    __asm__ volatile("sti" : : : "memory");
    return byte;
}

/* Is the line of LENGTH bytes the word "exit"? */
static int is_exit(const char *line, unsigned length)
{
    static const char word[] = "exit";
    for (unsigned i = 0; i < sizeof word - 1; i++)
        if (line[i] != word[i])
            return 0;
    return length == sizeof word - 1;
}

/* What is on its way must be out before the machine ends. */
static void drain(void)
{
    __asm__ volatile("cli" : : : "memory");
    while (output.in != output.out)
        __asm__ volatile("sti; hlt; cli" : : : "memory");
}

int main(uint64_t first, uint64_t second)
{
    static char line[ROOM];
    (void)first;
    (void)second;
    open_line();
    print("> ");
    for (unsigned length = 0, before = interrupts;;) {
        uint8_t byte = next_byte();
        if (byte != '\n') {
            if (length < sizeof line)
                line[length++] = (char)byte;
            continue;
        }
        if (is_exit(line, length))
            break;
        unsigned count = interrupts - before;
        print_number(length);
        print(" bytes, ");
        print_number(count);
        print(count == 1 ? " interrupt\r\n> " : " interrupts\r\n> ");
        length = 0;
        before = interrupts;
    }
    drain();
    return 7;
}
