/* outside.c - the words that interrupt from outside: inject, tick, irq; and a program that
 * starts with nothing left over. See outside.h. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include "outside.h"

enum { FIRST_INTERRUPT = 16, CLOCK_VECTOR = 32, LINES = 24, RFLAGS_IF = 1 << 9 };

struct outside *outside_of(struct tutor *tutor)
{
    struct guest64 *guest = guest64_of(tutor);
    struct outside *outside = tutor_state(tutor, "h06-outside", sizeof *outside, NULL);

    if (guest == NULL)
        return NULL;
    if (outside == NULL) {
        tutor_error(tutor, "what is outside: %s", strerror(errno));
        return NULL;
    }
    if (!outside->known) {
        outside->guest = guest;
        outside->clock.vector = CLOCK_VECTOR;
        outside->known = true;
    }
    return outside;
}

bool outside_has_chips(const struct outside *outside)
{
    struct kvm_irqchip chip = {.chip_id = KVM_IRQCHIP_PIC_MASTER};

    return ioctl(outside->guest->bench->machine->vm.fd, KVM_GET_IRQCHIP, &chip) == 0;
}

int outside_waiting(const struct outside *outside)
{
    for (int vector = 0; vector < OUTSIDE_VECTORS; vector++)
        if (outside->waiting[vector])
            return vector;
    return -1;
}

int outside_inject_waiting(struct outside *outside)
{
    int vector = outside_waiting(outside);

    if (vector == -1)
        return 0;
    int result =
        interrupts_inject(&outside->guest->bench->machine->vcpu, (uint8_t)vector);
    if (result == 0)
        outside->waiting[vector] = false;
    return result == -1 ? -1 : 0;
}

int outside_new_machine(struct tutor *tutor, struct outside *outside, bool chips)
{
    struct machine *machine = outside->guest->bench->machine;

    vcpu_destroy(&machine->vcpu);
    vm_destroy(&machine->vm);
    if (machine_open(tutor, machine))
        return 1;
    if (vm_create(&machine->vm) == -1)
        return tutor_error(tutor, "KVM_CREATE_VM: %s", strerror(errno));
    if (chips && interrupts_chips(&machine->vm) == -1)
        return tutor_error(tutor, "interrupts_chips: %s", strerror(errno));
    if (vm_add_memory(&machine->vm, 0, GUEST64_MEMORY) == -1)
        return tutor_error(tutor, "8 MiB of guest memory: %s", strerror(errno));
    memset(outside->waiting, 0, sizeof outside->waiting);
    outside->guest->chips = chips;
    return bench_of(tutor) == NULL; /* it makes the vCPU */
}

/* The earlier guest's interrupts are none of the next one's business. */
int outside_word_elf(struct tutor *tutor, int argc, char **argv)
{
    struct outside *outside = outside_of(tutor);
    struct kvm_vcpu_events nothing = {0};

    if (outside == NULL)
        return 1;
    if (outside_has_chips(outside)) {
        if (outside_new_machine(tutor, outside, true))
            return 1;
    } else if (ioctl(outside->guest->bench->machine->vcpu.fd, KVM_SET_VCPU_EVENTS,
                     &nothing) == -1) {
        return tutor_error(tutor, "KVM_SET_VCPU_EVENTS: %s", strerror(errno));
    }
    /* What the run page says is of the earlier guest, too. */
    outside->guest->bench->machine->vcpu.run->request_interrupt_window = 0;
    outside->guest->bench->machine->vcpu.run->ready_for_interrupt_injection = 0;
    memset(outside->waiting, 0, sizeof outside->waiting);
    outside->clock.pending = false;
    outside->clock.delivered = 0;
    return guest64_before(tutor, "h06", argc, argv);
}

/* --- inject ----------------------------------------------------------------------- */

int outside_word_inject(struct tutor *tutor, int argc, char **argv)
{
    struct outside *outside = outside_of(tutor);
    struct kvm_regs regs;
    uint64_t vector;

    (void)argc;
    if (outside == NULL)
        return 1;
    if (!machine_number(argv[1], &vector) || vector >= OUTSIDE_VECTORS ||
        vector < FIRST_INTERRUPT) {
        tutor_error(tutor, "%s: must be a vector of an interrupt, 16 to 255", argv[1]);
        return MACHINE_USAGE;
    }
    if (!guest64_is_long(outside->guest))
        return guest64_none(tutor);
    struct vcpu *vcpu = &outside->guest->bench->machine->vcpu;
    int result = interrupts_inject(vcpu, (uint8_t)vector);
    if (result == -1)
        return tutor_error(tutor, "KVM_INTERRUPT: %s%s", strerror(errno),
                           errno == ENXIO
                               ? ": KVM has the chips: move a line (irq 4), or "
                                 "say: chips off"
                               : "");
    if (ioctl(vcpu->fd, KVM_GET_REGS, &regs) == -1)
        return tutor_error(tutor, "KVM_GET_REGS: %s", strerror(errno));
    outside->waiting[vector] = result == 1;
    if (result == 0)
        puts("it will be taken before the next instruction");
    else
        printf("not now (%s): it waits\n",
               regs.rflags & RFLAGS_IF ? "the guest has to run first" : "IF is 0");
    return 0;
}

/* --- tick ------------------------------------------------------------------------- */

static void print_clock(const struct interrupts_clock *clock)
{
    if (clock->period == 0)
        puts("the clock stands still: tick 10 lets it tick every 10 ms");
    else
        printf("vector %u every %g ms while the guest runs: %llu delivered%s\n",
               clock->vector, (double)clock->period / 1e6,
               (unsigned long long)clock->delivered,
               clock->pending ? ", one pending" : "");
}

int outside_word_tick(struct tutor *tutor, int argc, char **argv)
{
    enum { MOST = 60000 }; /* ms */
    struct outside *outside = outside_of(tutor);
    uint64_t vector = CLOCK_VECTOR;
    char *end;

    if (outside == NULL)
        return 1;
    struct interrupts_clock *clock = &outside->clock;
    if (argc == 1) {
        print_clock(clock);
        return 0;
    }
    if (strcmp(argv[1], "off") == 0 && argc == 2) {
        clock->period = 0;
        clock->pending = false;
        return 0;
    }
    double ms = strtod(argv[1], &end);
    if (end == argv[1] || *end != '\0' || !isfinite(ms) || ms < 0.01 || ms > MOST ||
        (argc > 2 && (!machine_number(argv[2], &vector) || vector < FIRST_INTERRUPT ||
                      vector >= OUTSIDE_VECTORS))) {
        tutor_error(tutor, "must be milliseconds, 0.01 to 60000, and a vector, 16 to "
                           "255; or: tick off");
        return MACHINE_USAGE;
    }
    if (outside_has_chips(outside))
        return tutor_error(tutor, "KVM has the chips, and their timers tick by "
                                  "themselves: the guest programs them; or: chips off");
    *clock = (struct interrupts_clock){.vector = (uint8_t)vector,
                                       .period = (uint64_t)(ms * 1e6)};
    print_clock(clock);
    return 0;
}

/* --- irq -------------------------------------------------------------------------- */

int outside_word_irq(struct tutor *tutor, int argc, char **argv)
{
    struct outside *outside = outside_of(tutor);
    bool up = argc < 3 || strcmp(argv[2], "up") == 0;
    uint64_t irq;

    if (outside == NULL)
        return 1;
    if (!machine_number(argv[1], &irq) || irq >= LINES ||
        (!up && strcmp(argv[2], "down") != 0)) {
        tutor_error(tutor, "must be a line, 0 to 23, and up or down: irq 4 down");
        return MACHINE_USAGE;
    }
    if (interrupts_line(&outside->guest->bench->machine->vm, (unsigned)irq, up) == -1)
        return tutor_error(tutor, "KVM_IRQ_LINE: %s%s", strerror(errno),
                           errno == ENXIO ? ": this machine has no chips: say: chips on"
                                          : "");
    printf("line %u is %s\n", (unsigned)irq, up ? "up" : "down");
    return 0;
}
