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
#include "lab.h"
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
    /* 1. Nobody there: everything 0. */
    /* 2. The handler's address in three parts; the rest between them. */
    LAB_TODO("6.1", interrupts_pack);
}

/* Makes the IDT.                                              @lab 6.2 @points 10
 * KVM_GET_SREGS, KVM_SET_SREGS (KVM api 4.13, 4.14).
 */
int interrupts_idt(const struct vm *vm, struct vcpu *vcpu, uint64_t address,
                   const struct interrupts_gate *gates, unsigned count)
{
    /* 1. The table, in guest memory. */
    /* 2. The register that leads to it; as always, the limit is the last byte. */
    LAB_TODO("6.2", interrupts_idt);
    return -1;
}

/* Reads a frame.                                              @lab 6.3 @points 15
 * Intel SDM 3A, "64-Bit Mode Stack Frame". protected_has_error_code (h04) and
 * longmode_copy (h05) help.
 */
int interrupts_frame(const struct vm *vm, struct vcpu *vcpu, uint8_t vector,
                     struct interrupts_frame *frame)
{
    /* 1. The error code, when there is one, lies below the rest. */
    /* 2. Five words; the first is the last one that was pushed. */
    LAB_TODO("6.3", interrupts_frame);
    return -1;
}

/* Injects an interrupt.                                       @lab 6.4 @points 20
 * KVM_INTERRUPT (KVM api 4.16); ready_for_interrupt_injection, request_interrupt_window
 * (section 5, struct kvm_run).
 */
int interrupts_inject(struct vcpu *vcpu, uint8_t vector)
{
    /* 1. Can the guest take it? If not, ask to be told when it can. */
    /* 2. It can: inject. The wish has to be taken back, or KVM would exit for it again
     *    and again. And one is enough: KVM says anew what is possible after the next
     *    exit. */
    LAB_TODO("6.4", interrupts_inject);
    return -1;
}

/* Lets the clock tick.                                        @lab 6.5 @points 10 */
void interrupts_tick(struct interrupts_clock *clock, uint64_t now)
{
    LAB_TODO("6.5", interrupts_tick);
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
    /* 1. Before the guest runs: is a tick due, and can it be taken? */
    /* 2. Run it. A signal may have come only to let us look at the clock. */
    /* 3. HLT waits for an interrupt, and an interrupt needs IF. A tick that is
     *    pending already needs no sleep. */
    LAB_TODO("6.6", interrupts_run);
    return -1;
}

/* Puts a PC's chips into the VM.                              @lab 6.7 @points 10
 * KVM_SET_TSS_ADDR (KVM api 4.36), KVM_CREATE_IRQCHIP (4.24), KVM_CREATE_PIT2 (4.71).
 */
int interrupts_chips(const struct vm *vm)
{
    LAB_TODO("6.7", interrupts_chips);
    return -1;
}

/* Moves a line.                                               @lab 6.8 @points 5
 * KVM_IRQ_LINE (KVM api 4.25).
 */
int interrupts_line(const struct vm *vm, unsigned irq, bool level)
{
    LAB_TODO("6.8", interrupts_line);
    return -1;
}
