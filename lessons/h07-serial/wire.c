/* wire.c - the chip between the guest and the bench. See wire.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "wire.h"

/* --- The far end -------------------------------------------------------------------- */

static bool is_prompt(const uint8_t last[2])
{
    return (last[0] == '>' || last[0] == '#') && last[1] == ' ';
}

static void send_byte(void *context, uint8_t byte)
{
    struct wire *wire = context;
    struct bench *bench = wire->bench;

    wire->last[0] = wire->last[1];
    wire->last[1] = byte;
    wire->prompted = is_prompt(wire->last);
    if (byte != '\r' || wire->raw)
        bench->line.send(bench->line.context, byte);
    else if (bench->sent_length < sizeof bench->sent)
        bench->sent[bench->sent_length++] = byte; /* a page has no use for it */
    if (wire->raw)
        fflush(stdout);
    if (wire->prompted && wire->to_prompt)
        vcpu_stop(&bench->machine->vcpu);
}

static void move_line(struct wire *wire)
{
    bool level = serial_interrupt(&wire->serial);

    if (level == wire->level)
        return;
    wire->level = level;
    wire->rises += level;
    /* It fails where KVM has no chips: then nobody is at the other end of the line. */
    (void)interrupts_line(&wire->bench->machine->vm, SERIAL_IRQ, level);
}

bool wire_guest_listens(const struct wire *wire)
{
    return wire->serial.queues && wire->serial.ier & SERIAL_IER_INPUT &&
           wire->serial.mcr & SERIAL_MCR_OUT2;
}

void wire_feed(struct wire *wire)
{
    struct bench *bench = wire->bench;

    if (bench->input_next < bench->input_length &&
        (!wire->patient || wire_guest_listens(wire))) {
        size_t waits = bench->input_length - bench->input_next;
        size_t taken =
            serial_input(&wire->serial, bench->input + bench->input_next, waits);
        bench->input_next += taken <= waits ? taken : waits; /* it may be a learner's */
        if (taken > 0)
            wire->prompted = false;
    }
    move_line(wire);
}

/* --- The guest's end ---------------------------------------------------------------- */

/* After an access: the line, the log, and whoever looks on. */
static void note(struct wire *wire, struct wire_access access, bool before)
{
    wire_feed(wire);
    access.level = wire->level;
    access.moved = wire->level != before;
    wire->log[wire->accesses++ % WIRE_LOG] = access;
    if (wire->follow == 0)
        return;
    bench_end_line(wire->bench);
    wire_print(&access);
    if (--wire->follow == 0) {
        wire->followed = true;
        vcpu_stop(&wire->bench->machine->vcpu);
    }
}

uint8_t wire_read(struct wire *wire, unsigned offset)
{
    bool before = wire->level, divisor = wire->serial.lcr & SERIAL_LCR_DLAB && offset < 2;

    wire_feed(wire);
    uint8_t value = serial_read(&wire->serial, offset);
    note(wire, (struct wire_access){false, divisor, (uint8_t)offset, value, false, false},
         before);
    return value;
}

void wire_write(struct wire *wire, unsigned offset, uint8_t value)
{
    bool before = wire->level, divisor = wire->serial.lcr & SERIAL_LCR_DLAB && offset < 2;

    serial_write(&wire->serial, offset, value);
    note(wire, (struct wire_access){true, divisor, (uint8_t)offset, value, false, false},
         before);
}

static uint32_t port_in(void *context, uint16_t port, unsigned size)
{
    (void)size; /* the chip has eight bits */
    return wire_read(context, port - SERIAL_COM1);
}

static void port_out(void *context, uint16_t port, unsigned size, uint32_t value)
{
    (void)size;
    wire_write(context, port - SERIAL_COM1, (uint8_t)value);
}

/* --- The wire ----------------------------------------------------------------------- */

void wire_reset(struct wire *wire)
{
    serial_reset(&wire->serial, send_byte, wire);
    move_line(wire);
    wire->rises = 0;
    wire->accesses = 0;
    wire->follow = 0;
    wire->prompted = wire->patient = false;
    wire->last[0] = wire->last[1] = 0;
    wire->bench->input_next = wire->bench->input_length = 0;
    wire->bench->sent_length = 0;
}

struct wire *wire_of(struct tutor *tutor)
{
    struct outside *outside = outside_of(tutor);
    struct wire *wire = tutor_state(tutor, "h07-wire", sizeof *wire, NULL);

    if (outside == NULL)
        return NULL;
    if (wire == NULL) {
        tutor_error(tutor, "the serial port: %s", strerror(errno));
        return NULL;
    }
    struct guest64 *guest = outside->guest;
    struct port_device chip = {SERIAL_COM1, SERIAL_COM1 + SERIAL_PORTS - 1, port_in,
                               port_out, wire};
    if (!wire->known) {
        wire->outside = outside;
        wire->bench = guest->bench;
        wire->bench->devices[0] = chip; /* where the line of h02 was */
        wire->devices[0] = chip;
        memcpy(wire->devices + 1, guest->devices, sizeof guest->devices);
        guest->realmode.devices = wire->devices;
        guest->realmode.device_count = WIRE_DEVICES;
        wire->loads = wire->bench->loads;
        wire_reset(wire);
        wire->known = true;
    } else if (wire->loads != wire->bench->loads) {
        wire->loads = wire->bench->loads;
        wire_reset(wire);
    }
    return wire;
}
