/* guest64.c - the 64-bit guest in the hand: its ports, its mode. See guest64.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "guest64.h"

/* The port of the calls: see longmode.h. */
static void call_out(void *context, uint16_t port, unsigned size, uint32_t value)
{
    struct guest64 *guest = context;
    const struct vm *vm = &guest->bench->machine->vm;
    uint64_t root = guest64_root(guest);
    struct longmode_call *noted = &guest->call[guest->call_count % GUEST64_CALLS];

    if (port != LONGMODE_CALL_PORT || size != 4)
        return;
    fflush(stdout); /* what the guest says goes to the descriptor */
    guest->call_failed = longmode_hypercall(vm, root, value, &guest->host) == -1;
    if (longmode_copy(vm, root, value, noted, sizeof *noted) == 0)
        guest->call_count++;
}

static void report_out(void *context, uint16_t port, unsigned size, uint32_t value)
{
    struct guest64 *guest = context;

    (void)port, (void)size;
    guest->fault = (int)(value & 0xff);
}

struct guest64 *guest64_of(struct tutor *tutor)
{
    struct bench *bench = bench_of(tutor);
    struct guest64 *guest = tutor_state(tutor, "h05-guest", sizeof *guest, NULL);

    if (bench == NULL)
        return NULL;
    if (guest == NULL) {
        tutor_error(tutor, "the guest: %s", strerror(errno));
        return NULL;
    }
    if (!guest->known) {
        guest->bench = bench;
        guest->devices[0] = (struct port_device){LONGMODE_CALL_PORT, LONGMODE_CALL_PORT,
                                                 NULL, call_out, guest};
        guest->devices[1] = (struct port_device){GUEST64_REPORT_PORT, GUEST64_REPORT_PORT,
                                                 NULL, report_out, guest};
        guest->realmode = (struct realmode){.vm = &bench->machine->vm,
                                            .vcpu = &bench->machine->vcpu,
                                            .devices = guest->devices,
                                            .device_count = 2};
        guest->host.output = STDOUT_FILENO;
        guest->fault = -1;
        guest->known = true;
    }
    return guest;
}

bool guest64_is_long(const struct guest64 *guest)
{
    struct kvm_sregs sregs;

    return ioctl(guest->bench->machine->vcpu.fd, KVM_GET_SREGS, &sregs) == 0 &&
           sregs.efer & LONGMODE_EFER_LMA;
}

uint64_t guest64_root(const struct guest64 *guest)
{
    struct kvm_sregs sregs;

    if (ioctl(guest->bench->machine->vcpu.fd, KVM_GET_SREGS, &sregs) == -1)
        return guest->tables.root;
    return sregs.cr3;
}

#define NO_GUEST "the processor is not in long mode: load a guest: elf hello"

int guest64_none(struct tutor *tutor)
{
    return tutor_error(tutor, NO_GUEST);
}

int guest64_earlier(struct tutor *tutor, int argc, char **argv)
{
    return guest64_before(tutor, "h05", argc, argv);
}

int guest64_before(struct tutor *tutor, const char *lesson_id, int argc, char **argv)
{
    return guest32_earlier(tutor, lesson_id, NO_GUEST, argc, argv);
}

const char *guest64_rights(const struct longmode_walk *walk)
{
    static const char *const words[] = {
        "read",
        "read, execute",
        "read, write",
        "read, write, execute",
        "read; for programs, too",
        "read, execute; for programs, too",
        "read, write; for programs, too",
        "read, write, execute; for programs, too",
    };

    return words[walk->user << 2 | walk->writable << 1 | walk->executable];
}
