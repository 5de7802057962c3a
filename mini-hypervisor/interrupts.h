/* interrupts.h - exceptions, interrupts and time: the contract of lesson h06-interrupts.
 *
 * An interrupt makes the CPU leave what it does: it looks into a table in memory, the
 * IDT, for the handler with the interrupt's number (the *vector*), pushes what it needs
 * to come back (the *frame*), and goes there. Numbers below 32 are exceptions: the
 * program itself has caused them. The others come from outside, when the flag IF lets
 * them.
 *
 *     a gate     15..8 of 16 bytes: reserved | handler 63-32
 *                7..0: handler 31-16 | P DPL 0 type | 0 IST | selector | handler 15-0
 *
 *     a frame    rsp + 32  ss        (rsp + 40 behind an error code)
 *                rsp + 24  rsp
 *                rsp + 16  rflags
 *                rsp +  8  cs
 *                rsp +  0  rip
 *
 * From outside means from a chip. There are two ways to have one. Without chips, this
 * program is the chip: it injects a vector when the guest can take it, and sleeps when
 * the guest halts. With chips, KVM has them all (two PICs, an IOAPIC, a local APIC for
 * each vCPU, a timer): we only move a line, and a guest that halts never leaves the
 * kernel.
 *
 * Read on: Intel SDM volume 3, "Interrupt and Exception Handling";
 * Documentation/virt/kvm/api.rst ("KVM api"); the page lessons/h06-interrupts.
 */
#ifndef INTERRUPTS_H
#define INTERRUPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "vm.h"

/* --- The table -------------------------------------------------------------------- */

/* A gate opened: what a vector leads to. Intel SDM 3A, "64-Bit Mode IDT" */
struct interrupts_gate {
    uint64_t handler;  /* its address */
    uint16_t selector; /* of a 64-bit code segment; 0: nobody handles this vector */
    uint8_t stack;     /* 0: stay on the stack; 1 to 7: the one with this number (IST) */
    uint8_t privilege; /* 0 to 3: from where `int` may be used; hardware always may */
    bool trap;         /* leave IF as it is; else it is cleared while the handler runs */
};

/* Packs GATE into the 16 bytes at WORDS: [0] is the lower half. A gate whose selector
 * is 0 becomes 16 bytes of 0, which is "not present". Bits that a field has too many
 * are cut off.
 */
void interrupts_pack(const struct interrupts_gate *gate, uint64_t words[2]);

/* Writes COUNT gates into guest memory at ADDRESS, the first one for vector 0, and
 * makes this the IDT of VCPU. Returns 0, or -1 with errno EINVAL (COUNT is 0 or above
 * 256), EFAULT (not in guest memory; nothing is written) or of an ioctl of KVM.
 */
int interrupts_idt(const struct vm *vm, struct vcpu *vcpu, uint64_t address,
                   const struct interrupts_gate *gates, unsigned count);

/* What the CPU has pushed. */
struct interrupts_frame {
    uint64_t error_code; /* 0 for a vector that has none */
    uint64_t rip; /* where it comes from: the instruction that failed, or the next */
    uint64_t cs;
    uint64_t rflags;
    uint64_t rsp;
    uint64_t ss;
};

/* Where a guest without handlers of its own says which vector it got
 * (guests/long/handlers.S): a byte to this port, with rsp as the CPU has left it. */
enum { INTERRUPTS_REPORT_PORT = 0x5b4 };

/* Reads the frame of VECTOR from the stack of a vCPU that has stopped in its handler,
 * before that pushed anything. The stack is the guest's: it is found through its page
 * tables.
 * Returns 0, or -1 with errno of an ioctl of KVM or of longmode_copy.
 */
int interrupts_frame(const struct vm *vm, struct vcpu *vcpu, uint8_t vector,
                     struct interrupts_frame *frame);

/* --- Without chips ---------------------------------------------------------------- */

/* Makes the guest take VECTOR (16 to 255) as an interrupt, if it can now: when KVM says
 * so in the run page, after an exit. If it cannot (IF is clear, say), asks KVM to exit
 * as soon as it can (KVM_EXIT_IRQ_WINDOW_OPEN); when it can, takes such a wish back.
 * The run page speaks of the last exit: who sets the registers of a guest anew has to set
 * ready_for_interrupt_injection to 0, or the first vector is taken whatever IF says.
 * Returns 0: it will be taken before the next instruction. 1: not now; call again after
 * the next exit. -1 with errno EINVAL (VECTOR), or of KVM_INTERRUPT (ENXIO: KVM has the
 * chips).
 */
int interrupts_inject(struct vcpu *vcpu, uint8_t vector);

/* A clock that ticks on its own, as a PC's does. */
struct interrupts_clock {
    uint8_t vector;  /* what a tick is for the guest */
    uint64_t period; /* nanoseconds, above 0 */
    uint64_t next;   /* when the next tick is due: nanoseconds of CLOCK_MONOTONIC */
    bool pending;    /* one has come and is not injected yet: more than one is not kept */
    uint64_t delivered; /* ticks that the guest has got */
};

/* Looks at the time, NOW in nanoseconds: when a tick is due it becomes pending, and the
 * next one is due a whole number of periods after it, later than NOW. Ticks that were
 * missed are not made up for.
 */
void interrupts_tick(struct interrupts_clock *clock, uint64_t now);

/* Runs the guest with CLOCK as its only chip: injects ticks when they are due and can
 * be taken, and sleeps through HLT until the next one is due. A guest that never exits
 * gets its tick late, unless a signal whose handler calls vcpu_stop comes along.
 * Returns 0 for an exit that is the caller's to answer (port, MMIO, shutdown, ...).
 * Returns -1 with errno EINTR when vcpu_stop was called and no tick is due, or a signal
 * came while it slept; with errno EDEADLK when the guest halts with IF clear: nothing
 * can wake it; or another errno of vcpu_run or interrupts_inject.
 */
int interrupts_run(struct vcpu *vcpu, struct interrupts_clock *clock);

/* --- With chips ------------------------------------------------------------------- */

/* Gives VM the chips of a PC inside of KVM: PICs, IOAPIC, a local APIC for each vCPU to
 * come, and the timer (PIT). It has to be done before the first vCPU is made.
 * Returns 0, or -1 with errno of KVM_SET_TSS_ADDR, KVM_CREATE_IRQCHIP (EEXIST: they are
 * there; EINVAL: there is a vCPU) or KVM_CREATE_PIT2.
 */
int interrupts_chips(const struct vm *vm);

/* Sets line IRQ (0 to 23) of the chips to LEVEL. PICs and IOAPIC both see it, and the
 * guest decides which one it listens to. Most old devices' lines count when they rise:
 * such a line has to fall before it can be noticed again.
 * Returns 0, or -1 with errno of KVM_IRQ_LINE (ENXIO: there are no chips).
 */
int interrupts_line(const struct vm *vm, unsigned irq, bool level);

#endif
