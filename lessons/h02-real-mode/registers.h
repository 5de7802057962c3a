/* registers.h - the registers of an 8086, read, set and shown by name. */
#ifndef REGISTERS_H
#define REGISTERS_H

#include <stdbool.h>
#include "bench.h"

struct registers {
    struct kvm_regs general;
    struct kvm_sregs special;
};

/* Reads all registers of the bench's vCPU. Returns 0, or 1 when that failed and has been
 * said. */
int registers_get(struct tutor *tutor, const struct bench *bench,
                  struct registers *registers);

/* Writes them back. Returns 0, or 1 when that failed and has been said. */
int registers_set(struct tutor *tutor, const struct bench *bench,
                  const struct registers *registers);

/* Sets the one called NAME ("ax", "ip", "cs", "flags"). A segment gets its base as well.
 * Returns false when there is none of this name. */
bool registers_assign(struct registers *registers, const char *name, uint16_t value);

/* Prints all, with a mark behind those that have changed since `shown`, and the flags in
 * words. */
void registers_print(struct tutor *tutor, const struct registers *registers,
                     const uint16_t shown[BENCH_REGISTERS]);

/* Prints INDENT blanks and "ax=1234" for each (but ip) that has changed since
 * `shown`, without a newline. Returns whether there was one. */
bool registers_print_changes(const struct registers *registers,
                             const uint16_t shown[BENCH_REGISTERS], int indent);

/* Remembers the registers in `shown`. */
void registers_remember(const struct registers *registers,
                        uint16_t shown[BENCH_REGISTERS]);

/* The names, ended by NULL: what Tab offers. */
const char *const *registers_names(struct tutor *tutor);

#endif
