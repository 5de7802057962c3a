/* chip.c - the words that look at the chip, or play its driver: serial, in, out, accesses,
 * irq. */
#include <stdio.h>
#include <string.h>
#include "wire.h"

enum { CLOCK = 115200 }; /* baud, with a divisor of 1 */

/* Reads all registers of a copy: what reading changes does not matter then. */
static void print_registers(const struct wire *wire)
{
    for (unsigned offset = 1; offset < SERIAL_PORTS; offset++) {
        struct serial copy = wire->serial;
        struct wire_access access = {.offset = (uint8_t)offset};
        char text[128];
        if (offset != SERIAL_LCR)
            copy.lcr &= (uint8_t)~SERIAL_LCR_DLAB;
        access.value = serial_read(&copy, offset);
        wire_decode(&access, text, sizeof text);
        printf("%x  %-4s %02x  %s\n", SERIAL_COM1 + offset, wire_name(&access),
               access.value, text);
    }
}

static const char *reason(const struct wire *wire)
{
    if (serial_cause(&wire->serial) == SERIAL_IIR_NONE)
        return "";
    return wire->level ? "" : ": there is a cause, but OUT2 is off";
}

int wire_word_serial(struct tutor *tutor, int argc, char **argv)
{
    struct wire *wire = wire_of(tutor);

    if (wire == NULL)
        return 1;
    if (argc > 1) {
        if (strcmp(argv[1], "reset") != 0) {
            tutor_error(tutor, "%s: must be reset, or nothing", argv[1]);
            return MACHINE_USAGE;
        }
        wire_reset(wire);
        return 0;
    }
    const struct serial *serial = &wire->serial;
    unsigned divisor = serial->divisor[0] | (unsigned)serial->divisor[1] << 8;
    print_registers(wire);
    printf("divisor %u", divisor);
    if (divisor > 0)
        printf(", which would be %u baud", CLOCK / divisor);
    printf("\ninput   %u of %u in the chip, %zu on their way\n", serial->waiting,
           serial->queues ? SERIAL_QUEUE : 1,
           wire->bench->input_length - wire->bench->input_next);
    printf("IRQ 4   %s%s\n", wire->level ? "up" : "down", reason(wire));
    return 0;
}

/* Reads "ier", "IER" or "1". Returns -1 when it is none and that has been said. */
static int read_register(struct tutor *tutor, const char *name, bool write)
{
    int offset = wire_register(name, write);

    if (offset == -1)
        tutor_error(tutor,
                    "%s: must be one of data ier %s lcr mcr lsr msr scr, or 0 to 7", name,
                    write ? "fcr" : "iir");
    return offset;
}

int wire_word_in(struct tutor *tutor, int argc, char **argv)
{
    struct wire *wire = wire_of(tutor);

    (void)argc;
    if (wire == NULL)
        return 1;
    int offset = read_register(tutor, argv[1], false);
    if (offset == -1)
        return MACHINE_USAGE;
    (void)wire_read(wire, (unsigned)offset); /* it is in the log */
    wire_print(&wire->log[(wire->accesses - 1) % WIRE_LOG]);
    return 0;
}

int wire_word_out(struct tutor *tutor, int argc, char **argv)
{
    struct wire *wire = wire_of(tutor);
    uint64_t value;

    (void)argc;
    if (wire == NULL)
        return 1;
    int offset = read_register(tutor, argv[1], true);
    if (offset == -1)
        return MACHINE_USAGE;
    if (argv[2][0] != '\0' && argv[2][1] == '\0' &&
        (argv[2][0] < '0' || argv[2][0] > '9'))
        value = (uint8_t)argv[2][0];
    else if (!machine_number(argv[2], &value) || value > UINT8_MAX) {
        tutor_error(tutor, "%s: must be a byte: 0x0f, 15, A", argv[2]);
        return MACHINE_USAGE;
    }
    wire_write(wire, (unsigned)offset, (uint8_t)value);
    bench_end_line(wire->bench);
    wire_print(&wire->log[(wire->accesses - 1) % WIRE_LOG]);
    return 0;
}

int wire_word_accesses(struct tutor *tutor, int argc, char **argv)
{
    struct wire *wire = wire_of(tutor);
    uint64_t count = 16;

    if (wire == NULL)
        return 1;
    if (argc > 1 && (!machine_number(argv[1], &count) || count == 0)) {
        tutor_error(tutor, "%s: must be how many: accesses 20", argv[1]);
        return MACHINE_USAGE;
    }
    uint64_t most = wire->accesses < WIRE_LOG ? wire->accesses : WIRE_LOG;
    if (count > most)
        count = most;
    printf("%llu since the reset%s\n", (unsigned long long)wire->accesses,
           count == 0                ? ""
           : count == wire->accesses ? ":"
                                     : ", the last of them:");
    for (uint64_t i = wire->accesses - count; i < wire->accesses; i++)
        wire_print(&wire->log[i % WIRE_LOG]);
    return 0;
}

int wire_word_irq(struct tutor *tutor, int argc, char **argv)
{
    struct wire *wire = wire_of(tutor);

    if (wire == NULL)
        return 1;
    if (argc > 1)
        return guest64_before(tutor, "h07", argc, argv);
    printf("IRQ 4 is %s%s; it has risen %u time%s%s\n", wire->level ? "up" : "down",
           reason(wire), wire->rises, wire->rises == 1 ? "" : "s",
           outside_has_chips(wire->outside) ? ""
                                            : "; nobody is there to see it: chips on");
    return 0;
}
