/* hypervisor.h - what the files of mini-hypervisor share; the modules have headers of
 * their own. */
#ifndef HYPERVISOR_H
#define HYPERVISOR_H

#include <stdbool.h>
#include <stddef.h>

enum { EXIT_USAGE = 2 }; /* beside EXIT_SUCCESS and EXIT_FAILURE */

/* Prints "mini-hypervisor: MESSAGE" on stderr, and returns STATUS, so that a function may
 * `return fail(EXIT_FAILURE, ...)`. */
int fail(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* --- open.c --- */

struct vm;

/* Opens /dev/kvm for VM, as vm_open does. Returns 0, or -1 after saying what is wrong and what
 * to do. */
int kvm_open(struct vm *vm);

/* --- real.c: a machine in real mode ------------------------------------------------- */

enum { REAL_PAGE = 4096 }; /* guest memory comes in pages */

struct real_options {
    const char *file; /* a flat binary */
    size_t memory;    /* bytes, a multiple of REAL_PAGE */
    double seconds;   /* after these the guest is stopped; 0: never */
    bool trace;       /* a line on stderr for each exit */
    bool stats;       /* a summary on stderr at the end */
};

/* Builds the machine, runs it until it halts, and takes it apart. Says on stderr what
 * failed. Returns an exit status. */
int real_run(const struct real_options *options);

#endif
