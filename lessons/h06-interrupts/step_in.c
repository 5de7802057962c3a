/* step_in.c - the word step, where an interrupt may come between two instructions.
 *
 * KVM steps with the processor's own trap flag. An interrupt that is taken meanwhile would
 * push that flag, the handler's iretq would bring it back, and the guest would get debug
 * exceptions that it never asked for. So a vector that we inject is taken first, as a
 * step of its own: a breakpoint at its handler (lesson h03), and the guest runs to it.
 * The chips' interrupts are held back by KVM while it steps (KVM_GUESTDBG_BLOCKIRQ, in
 * h05's move.c).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include "monitor.h"
#include "outside.h"

/* The vector that KVM has been given and the guest has not taken, or -1. */
static int queued(const struct vcpu *vcpu)
{
    struct kvm_vcpu_events events;

    if (ioctl(vcpu->fd, KVM_GET_VCPU_EVENTS, &events) == -1 || !events.interrupt.injected)
        return -1;
    return events.interrupt.nr;
}

/* Lets the guest take VECTOR, and stops it before the first instruction of the handler.
 * Returns 0, or 1 when that was not possible and has been said. */
static int take(struct tutor *tutor, struct outside *outside, unsigned vector)
{
    const struct vm *vm = &outside->guest->bench->machine->vm;
    struct vcpu *vcpu = &outside->guest->bench->machine->vcpu;
    struct monitor_breaks breaks = {.vm = vm};
    struct longmode_walk walk;
    struct interrupts_gate gate;
    struct kvm_regs regs;
    uint64_t at;

    if (table_gate(tutor, outside, vector, &gate))
        return 1;
    if (gate.selector == 0 ||
        longmode_translate(vm, guest64_root(outside->guest), gate.handler, &walk) == -1 ||
        monitor_plant(&breaks, walk.physical) == -1)
        return tutor_error(tutor,
                           "vector %u leads to 0x%llx, where no code is: run shows "
                           "what comes of it",
                           vector, (unsigned long long)gate.handler);
    int result = vcpu_run(vcpu);
    if (result == 0)
        result =
            monitor_hit(&breaks, vcpu, walk.physical - gate.handler, &at) == 1 ? 0 : -1;
    (void)monitor_lift(&breaks, walk.physical); /* it was planted above */
    if (result == -1 || ioctl(vcpu->fd, KVM_GET_REGS, &regs) == -1)
        return tutor_error(tutor, "the guest did not get to the handler at 0x%llx",
                           (unsigned long long)gate.handler);
    printf("%10svector %u is taken: to 0x%llx  rsp=%llx\n", "", vector,
           (unsigned long long)gate.handler, regs.rsp);
    return 0;
}

/* With chips, a step of a guest that has halted does not return by itself. */
static void say_if_halted(const struct outside *outside)
{
    struct kvm_mp_state state;

    if (ioctl(outside->guest->bench->machine->vcpu.fd, KVM_GET_MP_STATE, &state) == 0 &&
        state.mp_state == KVM_MP_STATE_HALTED)
        puts("it has halted, and goes on when an interrupt comes; Ctrl-C ends the wait");
    fflush(stdout);
}

int outside_word_step(struct tutor *tutor, int argc, char **argv)
{
    struct outside *outside = outside_of(tutor);
    uint64_t count = 1;
    char one[] = "1", *step[] = {argv[0], one, NULL};

    if (outside == NULL)
        return 1;
    if (guest64_is_long(outside->guest) && outside_has_chips(outside))
        say_if_halted(outside);
    if (!guest64_is_long(outside->guest) || outside_has_chips(outside))
        return guest64_before(tutor, "h06", argc, argv);
    if (argc > 1 && (!machine_number(argv[1], &count) || count == 0)) {
        tutor_error(tutor, "%s: must be a number of instructions", argv[1]);
        return MACHINE_USAGE;
    }
    struct vcpu *vcpu = &outside->guest->bench->machine->vcpu;
    for (; count > 0 && !tutor_interrupted(tutor); count--) {
        if (outside_inject_waiting(outside) == -1)
            return tutor_error(tutor, "KVM_INTERRUPT: %s", strerror(errno));
        vcpu->run->request_interrupt_window = 0; /* we look after each step */
        int vector = queued(vcpu);
        int status = vector == -1 ? guest64_before(tutor, "h06", 2, step)
                                  : take(tutor, outside, (unsigned)vector);
        if (status != 0)
            return status;
        if (outside->guest->host.exited || vcpu->run->exit_reason == KVM_EXIT_HLT)
            break;
    }
    return 0;
}
