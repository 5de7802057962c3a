/* bench.c - the serial line, the front panel, and a machine between them: see bench.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "bench.h"

/* --- The serial line ---------------------------------------------------------------- */

static void line_send(void *context, uint8_t byte)
{
    struct bench *bench = context;

    if (bench->sent_length < sizeof bench->sent)
        bench->sent[bench->sent_length++] = byte;
    if (bench->quiet)
        return;
    putchar(byte);
    bench->open_line = byte != '\n';
}

static bool line_waiting(void *context)
{
    const struct bench *bench = context;
    return bench->input_next < bench->input_length;
}

static uint8_t line_receive(void *context)
{
    struct bench *bench = context;
    return bench->input[bench->input_next++];
}

int bench_type(struct tutor *tutor, struct bench *bench, const void *bytes, size_t length)
{
    memmove(bench->input, bench->input + bench->input_next,
            bench->input_length - bench->input_next);
    bench->input_length -= bench->input_next;
    bench->input_next = 0;
    if (length > sizeof bench->input - bench->input_length)
        return tutor_error(tutor, "%zu bytes wait already: let the guest read them first",
                           bench->input_length);
    memcpy(bench->input + bench->input_length, bytes, length);
    bench->input_length += length;
    return 0;
}

void bench_end_line(struct bench *bench)
{
    if (bench->open_line)
        putchar('\n');
    bench->open_line = false;
}

/* --- The panel ---------------------------------------------------------------------- */

static uint32_t panel_in(void *context, uint16_t port, unsigned size)
{
    const struct bench *bench = context;

    (void)size; /* port_io keeps as much of it as the guest asked for */
    return bench->panel[port - BENCH_PANEL];
}

static void panel_out(void *context, uint16_t port, unsigned size, uint32_t value)
{
    struct bench *bench = context;

    (void)size; /* VALUE has no more bytes than that */
    bench->written[port - BENCH_PANEL] = value;
    bench->was_written[port - BENCH_PANEL] = true;
}

/* --- The machine between them ------------------------------------------------------- */

int bench_reset(struct tutor *tutor, struct bench *bench)
{
    if (realmode_reset(bench->realmode.vcpu, bench->segment, bench->offset) == -1)
        return tutor_error(tutor, "realmode_reset: %s", strerror(errno));
    memset(bench->realmode.exits, 0, sizeof bench->realmode.exits);
    memset(bench->was_written, 0, sizeof bench->was_written);
    bench->sent_length = 0;
    return 0;
}

/* What the first lesson makes by hand: each part that is not there yet. */
static int make_machine(struct tutor *tutor, struct bench *bench)
{
    struct vm *vm = &bench->machine->vm;
    struct vcpu *vcpu = &bench->machine->vcpu;

    if (machine_open(tutor, bench->machine))
        return 1;
    if (vm->fd == -1 && vm_create(vm) == -1)
        return tutor_error(tutor, "KVM_CREATE_VM: %s", strerror(errno));
    if (vm->slot_count == 0 && vm_add_memory(vm, 0, BENCH_MEMORY) == -1)
        return tutor_error(tutor, "1 MiB of guest memory: %s", strerror(errno));
    if (vcpu->fd != -1)
        return 0;
    if (vcpu_create(vcpu, vm, 0) == -1)
        return tutor_error(tutor, "KVM_CREATE_VCPU: %s", strerror(errno));
    return bench_reset(tutor, bench);
}

struct bench *bench_of(struct tutor *tutor)
{
    struct machine *machine = machine_of(tutor);
    struct bench *bench = tutor_state(tutor, "h02-bench", sizeof *bench, NULL);

    if (machine == NULL)
        return NULL;
    if (bench == NULL) {
        tutor_error(tutor, "the bench: %s", strerror(errno));
        return NULL;
    }
    if (!bench->known) {
        bench->machine = machine;
        bench->line = (struct line){line_send, line_waiting, line_receive, bench};
        bench->devices[0] = (struct port_device){LINE_PORT, LINE_PORT + LINE_PORTS - 1,
                                                 line_in, line_out, &bench->line};
        bench->devices[1] = (struct port_device){
            BENCH_PANEL, BENCH_PANEL + BENCH_PANEL_PORTS - 1, panel_in, panel_out, bench};
        bench->realmode = (struct realmode){.vm = &machine->vm,
                                            .vcpu = &machine->vcpu,
                                            .devices = bench->devices,
                                            .device_count = BENCH_DEVICES};
        bench->segment = REALMODE_SEGMENT;
        bench->known = true;
    }
    return make_machine(tutor, bench) ? NULL : bench;
}
