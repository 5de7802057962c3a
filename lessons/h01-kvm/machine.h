/* machine.h - the machine that the learner holds in a hypervisor lesson's REPL.
 *
 * The commands of all hypervisor lessons work on one machine: a VM, its memory, one
 * vCPU. Here is what they share: that machine, numbers as one types them, and a way to
 * run it that Ctrl-C can stop. Each lesson's step.c adds words.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "tutor.h"
#include "vm.h"

enum { MACHINE_USAGE = 2 }; /* what a command returns for wrong arguments */

struct machine {
    bool known;       /* false: vm and vcpu are zeroed bytes still, not VM_NONE */
    struct vm vm;     /* kvm_fd -1: /dev/kvm is not open; fd -1: there is no VM */
    struct vcpu vcpu; /* fd -1: there is none */
};

/* The machine of this session. It may be without anything: see struct machine. Never
 * NULL but when there is no memory; that has been said then. */
struct machine *machine_of(struct tutor *tutor);

/* Opens /dev/kvm unless it is open. Returns 0, or 1 when that failed and has been said.
 */
int machine_open(struct tutor *tutor, struct machine *machine);

/* Reads "4096", "0x1000", "64K", "1M" or "2G". Returns false when it is something else.
 */
bool machine_number(const char *text, uint64_t *number);

/* Reads an address: a number as above, or SEGMENT:OFFSET, both hexadecimal with or
 * without 0x, each at most ffff. */
bool machine_address(const char *text, uint64_t *address);

/* Reads a number of seconds, "2" or "0.5"; above 0. */
bool machine_seconds(const char *text, double *seconds);

/* Prints LENGTH bytes of guest memory, 16 a line, with what is text beside them.
 * Returns 0, or 1 when there is no such memory and that has been said. */
int machine_dump(struct tutor *tutor, const struct machine *machine, uint64_t address,
                 size_t length);

/* The command `mem ADDRESS [LENGTH]`: shows guest memory. */
int machine_mem(struct tutor *tutor, int argc, char **argv);

/* From now on, until machine_unlisten, Ctrl-C asks vcpu_run to return (vcpu_stop), and
 * so does an alarm after SECONDS (0: none). The tutor hears of Ctrl-C as well. There
 * must be a vCPU. */
void machine_listen(struct machine *machine, double seconds);

/* Has a stop repeated until machine_unlisten, for interrupts_run (lesson h06): it takes one
 * that comes when a tick is due for a reminder of the tick, and goes on. */
void machine_insist(void);

/* Ends that. Returns true when it was the alarm that stopped the guest. */
bool machine_unlisten(void);

#endif
