/* interrupts.c - interrupts for a guest: the table, the frame, and who makes them.
 *
 * The upper half builds what the CPU looks at. The lower half is the outside: first a
 * program that plays the chip itself, with one clock, then KVM's own chips, for which two
 * calls are enough.
 *
 * Read on: Intel SDM volume 3, "Interrupt and Exception Handling";
 * Documentation/virt/kvm/api.rst ("KVM api").
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include "interrupts.h"
#include "longmode.h"
#include "protected.h"

enum {
    GATE = 16, /* bytes */
    GATES_MAX = 256,
    GATE_INTERRUPT = 0xe, /* types: SDM table 3-2 */
    GATE_TRAP = 0xf,
    VECTOR_FIRST = 16,       /* a chip sends no lower: SDM "Valid Interrupt Vectors" */
    TSS_ADDRESS = 0xfffbd000 /* three pages that no PC uses; KVM on Intel needs them */
};

static int fail(int error)
{
    errno = error;
    return -1;
}

/* Packs a gate.                                               @lab 6.1 @points 15
 * Intel SDM 3A, "64-Bit Mode IDT": see the picture in the header.
 */
void interrupts_pack(const struct interrupts_gate *gate, uint64_t words[2])
{
    words[0] = words[1] = 0;
    /* 1. Nobody there: everything 0. */
    if (gate->selector == 0)
        return;
    /* 2. The handler's address in three parts; the rest between them. */
    uint64_t type = gate->trap ? GATE_TRAP : GATE_INTERRUPT;
    words[0] = (gate->handler & 0xffff) | (uint64_t)gate->selector << 16 |
               (uint64_t)(gate->stack & 7) << 32 | type << 40 |
               (uint64_t)(gate->privilege & 3) << 45 | 1ull << 47 |
               (gate->handler >> 16 & 0xffff) << 48;
    words[1] = gate->handler >> 32;
}

/* Makes the IDT.                                              @lab 6.2 @points 10
 * KVM_GET_SREGS, KVM_SET_SREGS (KVM api 4.13, 4.14).
 */
int interrupts_idt(const struct vm *vm, struct vcpu *vcpu, uint64_t address,
                   const struct interrupts_gate *gates, unsigned count)
{
    struct kvm_sregs sregs;
    /* 1. The table, in guest memory. */
    if (count == 0 || count > GATES_MAX)
        return fail(EINVAL);
    uint8_t *memory = vm_at(vm, address, (size_t)count * GATE);
    if (memory == NULL)
        return -1;
    for (unsigned i = 0; i < count; i++) {
        uint64_t words[2];
        interrupts_pack(&gates[i], words);
        memcpy(memory + (size_t)i * GATE, words, GATE);
    }
    /* 2. The register that leads to it; as always, the limit is the last byte. */
    if (ioctl(vcpu->fd, KVM_GET_SREGS, &sregs) == -1)
        return -1;
    sregs.idt =
        (struct kvm_dtable){.base = address, .limit = (uint16_t)(count * GATE - 1)};
    return ioctl(vcpu->fd, KVM_SET_SREGS, &sregs) == -1 ? -1 : 0;
}

/* Reads a frame.                                              @lab 6.3 @points 15
 * Intel SDM 3A, "64-Bit Mode Stack Frame". protected_has_error_code (h04) and
 * longmode_copy (h05) help.
 */
int interrupts_frame(const struct vm *vm, struct vcpu *vcpu, uint8_t vector,
                     struct interrupts_frame *frame)
{
    struct kvm_regs regs;
    struct kvm_sregs sregs;
    *frame = (struct interrupts_frame){0};
    if (ioctl(vcpu->fd, KVM_GET_REGS, &regs) == -1 ||
        ioctl(vcpu->fd, KVM_GET_SREGS, &sregs) == -1)
        return -1;
    /* 1. The error code, when there is one, lies below the rest. */
    uint64_t at = regs.rsp;
    if (protected_has_error_code(vector)) {
        if (longmode_copy(vm, sregs.cr3, at, &frame->error_code, 8) == -1)
            return -1;
        at += 8;
    }
    /* 2. Five words; the first is the last one that was pushed. */
    uint64_t words[5];
    if (longmode_copy(vm, sregs.cr3, at, words, sizeof words) == -1)
        return -1;
    frame->rip = words[0];
    frame->cs = words[1];
    frame->rflags = words[2];
    frame->rsp = words[3];
    frame->ss = words[4];
    return 0;
}

/* Injects an interrupt.                                       @lab 6.4 @points 20
 * KVM_INTERRUPT (KVM api 4.16); ready_for_interrupt_injection, request_interrupt_window
 * (section 5, struct kvm_run).
 */
int interrupts_inject(struct vcpu *vcpu, uint8_t vector)
{
    if (vector < VECTOR_FIRST)
        return fail(EINVAL);
    /* 1. Can the guest take it? If not, ask to be told when it can. */
    if (!vcpu->run->ready_for_interrupt_injection) {
        vcpu->run->request_interrupt_window = 1;
        return 1;
    }
    /* 2. It can: inject. The wish has to be taken back, or KVM would exit for it again
     *    and again. And one is enough: KVM says anew what is possible after the next
     *    exit. */
    struct kvm_interrupt interrupt = {.irq = vector};
    if (ioctl(vcpu->fd, KVM_INTERRUPT, &interrupt) == -1)
        return -1;
    vcpu->run->request_interrupt_window = 0;
    vcpu->run->ready_for_interrupt_injection = 0;
    return 0;
}

/* Lets the clock tick.                                        @lab 6.5 @points 10 */
void interrupts_tick(struct interrupts_clock *clock, uint64_t now)
{
    if (now < clock->next)
        return;
    clock->pending = true;
    clock->next += ((now - clock->next) / clock->period + 1) * clock->period;
}

static uint64_t now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time); /* a clock that every Linux has */
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* Sleeps until UNTIL. Returns 0, or -1 with errno EINTR. */
static int sleep_until(uint64_t until)
{
    struct timespec time = {(time_t)(until / 1000000000), (long)(until % 1000000000)};
    int error = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
    return error == 0 ? 0 : fail(error);
}

/* Runs the guest with a clock.                                @lab 6.6 @points 15
 * now and sleep_until above are given.
 */
int interrupts_run(struct vcpu *vcpu, struct interrupts_clock *clock)
{
    for (;;) {
        /* 1. Before the guest runs: is a tick due, and can it be taken? */
        interrupts_tick(clock, now());
        if (clock->pending) {
            int later = interrupts_inject(vcpu, clock->vector);
            if (later == -1)
                return -1;
            if (later == 0) {
                clock->pending = false;
                clock->delivered++;
            }
        }
        /* 2. Run it. A signal may have come only to let us look at the clock. */
        if (vcpu_run(vcpu) == -1) {
            if (errno != EINTR || now() < clock->next)
                return -1;
            continue;
        }
        /* 3. HLT waits for an interrupt, and an interrupt needs IF. A tick that is
         *    pending already needs no sleep. */
        switch (vcpu->run->exit_reason) {
        case KVM_EXIT_IRQ_WINDOW_OPEN:
            break;
        case KVM_EXIT_HLT:
            if (!vcpu->run->if_flag)
                return fail(EDEADLK);
            if (!clock->pending && sleep_until(clock->next) == -1)
                return -1;
            break;
        default:
            return 0;
        }
    }
}

/* Puts a PC's chips into the VM.                              @lab 6.7 @points 10
 * KVM_SET_TSS_ADDR (KVM api 4.36), KVM_CREATE_IRQCHIP (4.24), KVM_CREATE_PIT2 (4.71).
 */
int interrupts_chips(const struct vm *vm)
{
    /* The timer's flag lets KVM answer port 0x61, too, by which a guest waits for it. */
    struct kvm_pit_config timer = {.flags = KVM_PIT_SPEAKER_DUMMY};
    if (ioctl(vm->fd, KVM_SET_TSS_ADDR, (unsigned long)TSS_ADDRESS) == -1 ||
        ioctl(vm->fd, KVM_CREATE_IRQCHIP, 0) == -1 ||
        ioctl(vm->fd, KVM_CREATE_PIT2, &timer) == -1)
        return -1;
    return 0;
}

/* Moves a line.                                               @lab 6.8 @points 5
 * KVM_IRQ_LINE (KVM api 4.25).
 */
int interrupts_line(const struct vm *vm, unsigned irq, bool level)
{
    struct kvm_irq_level line = {.irq = irq, .level = level};
    return ioctl(vm->fd, KVM_IRQ_LINE, &line) == -1 ? -1 : 0;
}
