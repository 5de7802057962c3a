/* outside.h - what lies outside of the guest in lesson h06's REPL: a clock that ticks while
 * the guest runs, vectors that wait to be injected, and, when the learner wants them, the
 * chips in the kernel.
 *
 * The guest is that of h05 (guest64.h). Whether the machine has chips is asked of KVM
 * each time: the words of earlier lessons can make a new machine.
 */
#ifndef OUTSIDE_H
#define OUTSIDE_H

#include "../h05-long-mode/guest64.h"
#include "interrupts.h"

enum {
    OUTSIDE_IDT = 0x2000,        /* where the word `idt build` puts it */
    OUTSIDE_HANDLERS = 0x201000, /* where a guest has its handlers: guest.ld */
    OUTSIDE_HANDLER = 16,        /* bytes of one */
    OUTSIDE_VECTORS = 256,
};

struct outside {
    bool known;
    struct guest64 *guest;
    struct interrupts_clock clock; /* period 0: it stands still */
    bool waiting[OUTSIDE_VECTORS]; /* injected by hand, and not taken yet */
};

/* The state of this session, with a machine. NULL when that failed and has been said. */
struct outside *outside_of(struct tutor *tutor);

/* Whether the machine has KVM's chips. */
bool outside_has_chips(const struct outside *outside);

/* The lowest vector that waits, or -1. */
int outside_waiting(const struct outside *outside);

/* Tries to inject it. Returns 0, or -1 with errno of interrupts_inject. */
int outside_inject_waiting(struct outside *outside);

/* table.c: the gate of VECTOR in the processor's table; a selector of 0 when it is not
 * present. Returns 0, or 1 when it cannot be read and that has been said. */
int table_gate(struct tutor *tutor, const struct outside *outside, unsigned vector,
               struct interrupts_gate *gate);

/* table.c: why a frame could not be read: ERROR of interrupts_frame, in words. */
const char *table_why(int error);

/* Makes a new machine, with chips or without, and 8 MiB of memory. Returns 0, or 1 when
 * that failed and has been said. */
int outside_new_machine(struct tutor *tutor, struct outside *outside, bool chips);

/* move.c: lets the guest run until it ends, or until Ctrl-C, an alarm after SECONDS (0:
 * none) or vcpu_stop. ALARM: it was the alarm. Returns 0: it has halted; 1: it has ended
 * in another way; -1 with errno, which is EINTR when it was stopped. */
int outside_serve(struct outside *outside, double seconds, bool *alarm);

/* move.c: says why the guest stands still, after outside_serve has returned RESULT with
 * errno ERROR. Returns an exit status. */
int outside_say_end(struct tutor *tutor, struct outside *outside, int result, int error,
                    bool alarm);

/* The run() of a tutor_command each. table.c: */
int outside_word_idt(struct tutor *tutor, int argc, char **argv);
int outside_word_gate(struct tutor *tutor, int argc, char **argv);
int outside_word_frame(struct tutor *tutor, int argc, char **argv);
/* outside.c: */
int outside_word_elf(struct tutor *tutor, int argc, char **argv);
int outside_word_inject(struct tutor *tutor, int argc, char **argv);
int outside_word_tick(struct tutor *tutor, int argc, char **argv);
int outside_word_irq(struct tutor *tutor, int argc, char **argv);
/* chips.c: */
int outside_word_chips(struct tutor *tutor, int argc, char **argv);
/* move.c and step_in.c: */
int outside_word_go(struct tutor *tutor, int argc, char **argv);
int outside_word_step(struct tutor *tutor, int argc, char **argv);

#endif
