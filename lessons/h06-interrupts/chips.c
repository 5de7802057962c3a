/* chips.c - the word chips: a new machine with a PC's chips in it or without, and what the
 * chips know. KVM keeps them in the kernel, and shows a copy when it is asked. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include "outside.h"

enum {
    PINS = 24,          /* of an IOAPIC */
    APIC_TIMER = 0x320, /* registers of a local APIC: Intel SDM 10.4.1 */
    APIC_INITIAL = 0x380,
    APIC_CURRENT = 0x390,
    APIC_SPURIOUS = 0xf0,
    APIC_ENABLED = 1 << 8,
    MASKED = 1 << 16,
};

static int chip(struct tutor *tutor, const struct machine *machine, unsigned id,
                struct kvm_irqchip *chip)
{
    *chip = (struct kvm_irqchip){.chip_id = id};
    if (ioctl(machine->vm.fd, KVM_GET_IRQCHIP, chip) == -1)
        return tutor_error(tutor, "KVM_GET_IRQCHIP: %s", strerror(errno));
    return 0;
}

/* The lines of a register as numbers: "0 4", or "none". */
static void print_lines(const char *name, unsigned bits, unsigned first)
{
    printf("  %s", name);
    if (bits == 0)
        printf(" none");
    for (unsigned i = 0; i < 8; i++)
        if (bits >> i & 1)
            printf(" %u", first + i);
}

static int print_pics(struct tutor *tutor, const struct machine *machine)
{
    struct kvm_irqchip state;

    for (unsigned id = KVM_IRQCHIP_PIC_MASTER; id <= KVM_IRQCHIP_PIC_SLAVE; id++) {
        const struct kvm_pic_state *pic = &state.chip.pic;
        if (chip(tutor, machine, id, &state))
            return 1;
        printf("PIC %u   line %2u is vector %3u", id + 1, id * 8, pic->irq_base);
        print_lines("asked", pic->irr, id * 8);
        print_lines("served", pic->isr, id * 8);
        print_lines("masked", pic->imr, id * 8);
        putchar('\n');
    }
    return 0;
}

static int print_ioapic(struct tutor *tutor, const struct machine *machine)
{
    struct kvm_irqchip state;
    unsigned open = 0;

    if (chip(tutor, machine, KVM_IRQCHIP_IOAPIC, &state))
        return 1;
    for (unsigned i = 0; i < PINS; i++)
        open += !state.chip.ioapic.redirtbl[i].fields.mask;
    printf("IOAPIC  %u of %d lines lead somewhere\n", open, PINS);
    return 0;
}

static int print_pit(struct tutor *tutor, const struct machine *machine)
{
    struct kvm_pit_state2 pit;

    if (ioctl(machine->vm.fd, KVM_GET_PIT2, &pit) == -1)
        return tutor_error(tutor, "KVM_GET_PIT2: %s", strerror(errno));
    printf("PIT     counter 0 from %u, mode %u\n", pit.channels[0].count,
           pit.channels[0].mode);
    return 0;
}

static int print_apic(struct tutor *tutor, const struct machine *machine)
{
    struct kvm_lapic_state apic;
    uint32_t timer, initial, current, spurious;

    if (ioctl(machine->vcpu.fd, KVM_GET_LAPIC, &apic) == -1)
        return tutor_error(tutor, "KVM_GET_LAPIC: %s", strerror(errno));
    memcpy(&timer, apic.regs + APIC_TIMER, sizeof timer);
    memcpy(&initial, apic.regs + APIC_INITIAL, sizeof initial);
    memcpy(&current, apic.regs + APIC_CURRENT, sizeof current);
    memcpy(&spurious, apic.regs + APIC_SPURIOUS, sizeof spurious);
    printf("APIC    %s, timer: vector %u%s, %u of %u left\n",
           spurious & APIC_ENABLED ? "on" : "off", timer & 0xff,
           timer & MASKED ? " (masked)" : "", current, initial);
    return 0;
}

int outside_word_chips(struct tutor *tutor, int argc, char **argv)
{
    struct outside *outside = outside_of(tutor);

    if (outside == NULL)
        return 1;
    if (argc > 1) {
        bool on = strcmp(argv[1], "on") == 0;
        if (!on && strcmp(argv[1], "off") != 0) {
            tutor_error(tutor, "%s: must be on or off", argv[1]);
            return MACHINE_USAGE;
        }
        if (outside_new_machine(tutor, outside, on))
            return 1;
        outside->guest->fault = -1;
        if (on)
            outside->clock.period = 0;
        printf("a new machine, %s; load a guest\n",
               on ? "with the chips of a PC" : "without chips");
        return 0;
    }
    if (!outside_has_chips(outside)) {
        puts("none: we are the chip (inject, tick); chips on makes a machine with them");
        return 0;
    }
    const struct machine *machine = outside->guest->bench->machine;
    return print_pics(tutor, machine) || print_ioapic(tutor, machine) ||
           print_pit(tutor, machine) || print_apic(tutor, machine);
}
