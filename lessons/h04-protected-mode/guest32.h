/* guest32.h - the 32-bit guest of lesson h04's REPL: what the machine in the hand needs
 * beside that of h03, and what the words share.
 *
 * The processor itself says in which mode it is: CR0.PE, and the code segment how many
 * bits its code has. The words of lesson h03 are here again where 32 bits look different;
 * they move the guest by its debugger.
 */
#ifndef GUEST32_H
#define GUEST32_H

#include "../h03-monitor/debugger.h"
#include "protected.h"

enum {
    GUEST32_MEMORY = 4 << 20,
    GUEST32_REPORT_PORT = 0xf0, /* a guest's handler says its vector there: fault.S */
    GUEST32_NO_FAULT = 0xff,    /* and this when none came */
    GUEST32_SCRATCH = 0x8000,   /* a page that no guest uses: see triple.c */
    GUEST32_DEVICES = BENCH_DEVICES + 1,
    GUEST32_ENTRIES = 5, /* of the GDT that `enter` makes */
};

/* A moment of the machine, to come back to. */
struct guest32_moment {
    struct kvm_regs regs;
    struct kvm_sregs sregs;
    struct kvm_vcpu_events events;
    uint8_t *memory[VM_SLOTS]; /* a copy of each slot; NULL: none */
    unsigned slot_count;
};

struct guest32 {
    bool known;
    struct bench *bench;
    struct port_device devices[GUEST32_DEVICES];
    struct protected_tables tables; /* those that `map` fills; directory 0: none yet */
    unsigned entered;               /* bench->loads when `enter` was done; 0: never */
    uint32_t eax;                   /* what the guest was started with */
    int reported;                   /* what the guest has said on the port; -1: nothing */
    struct protected_fault fault;   /* and the frame that it has found */
    struct kvm_regs shown;          /* when they were last looked at */
    struct guest32_moment start;    /* of the last run */
};

/* guest32.c */

/* The state of this session, with a VM and a vCPU. NULL when that failed and has been
 * said. */
struct guest32 *guest32_of(struct tutor *tutor);

/* Guest memory up to END, in one more slot if the machine is smaller. Returns 0, or 1 when
 * that failed and has been said. */
int guest32_memory(struct tutor *tutor, struct vm *vm, uint64_t end);

/* Runs the word ARGV[0] as the lessons before LESSON ("h05") know it; when there are two,
 * it is the later one's. Without any it says OTHERWISE. Returns an exit status. */
int guest32_earlier(struct tutor *tutor, const char *lesson, const char *otherwise,
                    int argc, char **argv);

/* The special registers. Returns 0, or 1 when that failed and has been said. */
int guest32_special(struct tutor *tutor, const struct guest32 *guest,
                    struct kvm_sregs *sregs);

/* Puts the processor where the program of the last `enter` starts. Returns 0, or 1 when
 * that failed and has been said. */
int guest32_start(struct tutor *tutor, struct guest32 *guest);

/* step.c: the word `load`, which knows guests/protected, too. */
int guest32_load(struct tutor *tutor, int argc, char **argv);

/* show.c */

/* A register as a table of names has it; PLACE is its offset in struct kvm_regs. */
struct show_register {
    const char *name;
    size_t place;
};

/* Prints COUNT registers with DIGITS each, COLUMNS in a line; * marks what has changed
 * since SHOWN. */
void show_registers(const struct show_register *table, size_t count, int digits,
                    unsigned columns, const struct kvm_regs *regs,
                    const struct kvm_regs *shown);

/* Prints "  eax=1234" for each register that has changed, but not for the one called
 * EXCEPT. Returns whether there was one. */
bool show_changes(const struct show_register *table, size_t count, const char *except,
                  const struct kvm_regs *before, const struct kvm_regs *now);

/* Prints "cr0 0x11 (PE ET)": the names of the bits that are set. NAMES is ended by NULL, ""
 * stands for a bit without a name. */
void show_bits(const char *name, uint64_t value, const char *const *names);

/* The same for CR0, without the bit for paging, which is said in words. */
void show_cr0(uint64_t value);

/* "code, read, 32-bit, ring 0", into TEXT. */
void show_segment(const struct kvm_segment *segment, char *text, size_t size);

/* The same for the registers of a 32-bit processor, but not eip. */
bool show_changes32(const struct kvm_regs *before, const struct kvm_regs *now);

/* "0x1004 load: mov ds, ebx", into TEXT: the instruction at LINEAR, of code of BITS. */
void show_instruction(const struct debugger *debugger, uint64_t linear, unsigned bits,
                      char *text, size_t size);

/* triple.c */

/* Keeps this moment, to come back to it. Returns 0, or 1 when that failed and has been
 * said. */
int guest32_remember(struct tutor *tutor, struct guest32 *guest);

/* Forgets it, and frees what it took. */
void guest32_forget(struct guest32 *guest);

/* Says why the processor has given up, when it has since guest32_remember. Returns 1. */
int guest32_triple(struct tutor *tutor, struct guest32 *guest, struct debugger *debugger);

/* The run() of a tutor_command each. show.c: */
int word32_regs(struct tutor *tutor, int argc, char **argv);
int word32_segments(struct tutor *tutor, int argc, char **argv);
int word32_disasm(struct tutor *tutor, int argc, char **argv);
int word32_set(struct tutor *tutor, int argc, char **argv);

/* table.c: */
int word32_gdt(struct tutor *tutor, int argc, char **argv);
int word32_segment(struct tutor *tutor, int argc, char **argv);
int word32_select(struct tutor *tutor, int argc, char **argv);

/* walk.c: */
int word32_map(struct tutor *tutor, int argc, char **argv);
int word32_pages(struct tutor *tutor, int argc, char **argv);
int word32_translate(struct tutor *tutor, int argc, char **argv);
int word32_paging(struct tutor *tutor, int argc, char **argv);

/* move.c: */
int word32_run(struct tutor *tutor, int argc, char **argv);
int word32_step(struct tutor *tutor, int argc, char **argv);

#endif
