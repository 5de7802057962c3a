/* exits.c - what answering an exit costs beside the exit itself.
 *
 * A guest writes to a port, or to memory that is not there, again and again. Each round is run
 * twice: by a bare loop around KVM_RUN that only looks whether the guest has halted, and as
 * mini-hypervisor does it (vcpu_run, exits_count, port_io with the devices of its PC). The
 * two take turns, so that a busy machine slows both; what counts is the ratio of their
 * medians. The nanoseconds are those of this machine, and worth little on another.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include "kernel.h"
#include "realmode.h"
#include "vm.h"

enum {
    ROUNDS = 31,
    EXITS = 4000, /* in a round: a 16-bit counter holds them */
    SEGMENT = 0x100,
};

/* mov $EXITS, %cx; again: ...; loop again; hlt */
static const uint8_t port_guest[] = {0xb9, EXITS & 0xff, EXITS >> 8, 0xba, 0xf8,
                                     0x03, 0xee,         0xe2,       0xfd, 0xf4};
/* mov $0xa000, %ax; mov %ax, %es; mov $EXITS, %cx; again: mov %al, %es:(0); ... */
static const uint8_t memory_guest[] = {0xb8, 0x00,         0xa0,       0x8e, 0xc0,
                                       0xb9, EXITS & 0xff, EXITS >> 8, 0x26, 0xa2,
                                       0x00, 0x00,         0xe2,       0xfa, 0xf4};

static void need(bool good, const char *what)
{
    if (!good) {
        fprintf(stderr, "exits: %s: %s\n", what, strerror(errno));
        exit(EXIT_FAILURE);
    }
}

static void swallow(void *context, uint16_t port, unsigned size, uint32_t value)
{
    (void)port;
    (void)size;
    *(volatile uint32_t *)context = value;
}

static void bare(struct vcpu *vcpu)
{
    do
        need(ioctl(vcpu->fd, KVM_RUN, 0) == 0, "KVM_RUN");
    while (vcpu->run->exit_reason != KVM_EXIT_HLT);
}

/* The loop of kernel.c, with as many devices; the one that answers is the first, as the
 * serial line is there. */
static void ours(struct vcpu *vcpu)
{
    static uint32_t sink;
    static struct exits exits;
    const struct port_device devices[] = {
        {0x3f8, 0x3ff, NULL, swallow, &sink}, {0x600, 0x605, NULL, swallow, &sink},
        {0x64, 0x64, NULL, swallow, &sink},   {0xcf9, 0xcf9, NULL, swallow, &sink},
        {0x70, 0x71, NULL, swallow, &sink},
    };
    for (;;) {
        need(vcpu_run(vcpu) == 0, "vcpu_run");
        exits_count(&exits, vcpu, false);
        switch (vcpu->run->exit_reason) {
        case KVM_EXIT_IO:
            need(port_io(devices, sizeof devices / sizeof *devices, vcpu) == 0,
                 "port_io");
            break;
        case KVM_EXIT_MMIO:
            memset(vcpu->run->mmio.data, 0xff, sizeof vcpu->run->mmio.data);
            break;
        default:
            return;
        }
    }
}

static int by_size(const void *left, const void *right)
{
    const double *a = left, *b = right;

    return (*a > *b) - (*a < *b);
}

static double timed(struct vcpu *vcpu, void (*loop)(struct vcpu *))
{
    need(realmode_reset(vcpu, SEGMENT, 0) == 0, "realmode_reset");
    uint64_t start = exits_now();
    loop(vcpu);
    return (double)(exits_now() - start) / EXITS;
}

static void compare(const char *what, const void *guest, size_t size)
{
    double one[ROUNDS], other[ROUNDS];
    struct vm vm;
    struct vcpu vcpu;

    need(vm_open(&vm, "/dev/kvm") == 0, "/dev/kvm");
    need(vm_create(&vm) == 0 && vm_add_memory(&vm, 0, 64 << 10) == 0 &&
             vcpu_create(&vcpu, &vm, 0) == 0,
         "a machine");
    need(realmode_load(&vm, SEGMENT, 0, guest, size) == 0, "realmode_load");
    (void)timed(&vcpu, bare); /* warm */
    (void)timed(&vcpu, ours);
    for (int i = 0; i < ROUNDS; i++) {
        one[i] = timed(&vcpu, bare);
        other[i] = timed(&vcpu, ours);
    }
    qsort(one, ROUNDS, sizeof *one, by_size);
    qsort(other, ROUNDS, sizeof *other, by_size);
    printf("  %-12s bare loop %8.0f ns (quarters %.0f to %.0f)   ours %8.0f ns (%.0f to "
           "%.0f)   ratio %.3f\n",
           what, one[ROUNDS / 2], one[ROUNDS / 4], one[3 * ROUNDS / 4], other[ROUNDS / 2],
           other[ROUNDS / 4], other[3 * ROUNDS / 4], other[ROUNDS / 2] / one[ROUNDS / 2]);
    vcpu_destroy(&vcpu);
    vm_destroy(&vm);
}

int main(void)
{
    compare("port exit", port_guest, sizeof port_guest);
    compare("MMIO exit", memory_guest, sizeof memory_guest);
    return EXIT_SUCCESS;
}
