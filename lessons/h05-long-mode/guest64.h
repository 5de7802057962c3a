/* guest64.h - the 64-bit guest of lesson h05's REPL: what the machine in the hand needs
 * beside that of h02, and what the words share.
 *
 * The processor itself says in which mode it is: EFER.LMA. In long mode the words run,
 * step, regs and disasm are those of this lesson; otherwise those of the lesson before.
 */
#ifndef GUEST64_H
#define GUEST64_H

#include "../h02-real-mode/bench.h"
#include "../h04-protected-mode/guest32.h"
#include "longmode.h"
#include "protected.h"

/* Where things are in guest memory: as in mini-hypervisor/program.c. */
enum {
    GUEST64_GDT = 0x1000,
    GUEST64_TABLES = 0x10000,
    GUEST64_TABLES_SIZE = 0x10000,
    GUEST64_STACK = 0x80000,
    GUEST64_STACK_SIZE = 0x10000,
    GUEST64_MEMORY = 8 << 20,
    GUEST64_REPORT_PORT = 0x5b4, /* guests/long/handlers.S says its exception there */
    GUEST64_CALLS = 16,
};
#define GUEST64_STACK_TOP 0x7ffffff00000ull /* where the guest sees its end */

struct guest64 {
    bool known;
    struct bench *bench;
    struct realmode realmode; /* the loop of h02, with the devices below */
    struct port_device devices[2];
    struct longmode_tables tables;
    struct longmode_host host;
    bool call_failed;                         /* a call could not be read or answered */
    int fault;                                /* the vector that was reported; -1: none */
    uint64_t call_count;                      /* calls since the program was loaded */
    struct longmode_call call[GUEST64_CALLS]; /* the last of them, by number modulo */
    bool chips;            /* of lesson h06: a hlt stays in the kernel */
    struct kvm_regs shown; /* when they were last looked at */
};

/* The state of this session, with a VM and a vCPU. NULL when that failed and has been
 * said. */
struct guest64 *guest64_of(struct tutor *tutor);

/* Whether the processor is in long mode. */
bool guest64_is_long(const struct guest64 *guest);

/* Says that there is no 64-bit guest. Returns 1. */
int guest64_none(struct tutor *tutor);

/* The word ARGV[0] of the lessons before this one; if they have none, it says that there is
 * no 64-bit guest. */
int guest64_earlier(struct tutor *tutor, int argc, char **argv);

/* The same for the lessons before LESSON_ID ("h06"): what a later lesson adds to a word. */
int guest64_before(struct tutor *tutor, const char *lesson_id, int argc, char **argv);

/* The CR3 of the processor. */
uint64_t guest64_root(const struct guest64 *guest);

/* "read, write", "read, execute; for programs, too" */
const char *guest64_rights(const struct longmode_walk *walk);

/* step.c: the names of our 64-bit guests, for Tab. */
const char *const *guest64_names(struct tutor *tutor);

/* look.c, walk.c and move.c: the run() of a tutor_command each. */
int word64_regs(struct tutor *tutor, int argc, char **argv);
int word64_disasm(struct tutor *tutor, int argc, char **argv);
int word64_pages(struct tutor *tutor, int argc, char **argv);
int word64_translate(struct tutor *tutor, int argc, char **argv);
int word64_copy(struct tutor *tutor, int argc, char **argv);
int word64_run(struct tutor *tutor, int argc, char **argv);
int word64_step(struct tutor *tutor, int argc, char **argv);

/* look.c: prints the instruction at the guest's address AT, without a newline. Returns
 * how many bytes it has, or 0 when it cannot be read and that has been said. */
size_t word64_instruction(struct tutor *tutor, const struct guest64 *guest, uint64_t at);

/* look.c: prints "rax=1234" for each general register but rip that has changed. Returns
 * whether there was one. */
bool word64_changes(const struct kvm_regs *before, const struct kvm_regs *now);

#endif
