/* trial.h - a system call that is made under a filter of the player's. */
#ifndef TRIAL_H
#define TRIAL_H

#include <linux/filter.h>
#include <stdint.h>
#include "grader.h"

/* The numbers of a call: those of x86-64; those of i386, made with int 0x80; or those of x86-64
 * with the bit of x32. */
enum trial_kind { NATIVE, I386, X32 };

struct call {
    long number;
    uint64_t arguments[3];
    enum trial_kind kind;
    const char *text; /* for the learner: "mount(NULL)"; NULL: it is made of the number */
};

/* A program that the player has made. */
struct program {
    struct sock_filter instructions[4096];
    unsigned short count;
};

/* Reads COUNT instructions at ADDRESS of the player; the check fails when there are none. */
void trial_read(struct player *player, uint64_t address, unsigned count,
                struct program *program);

/* Installs PROGRAM in a thread of a child of the judge's, has it make CALL, and fails unless
 * what comes of it is as it should be. The program is data, which the kernel verifies; the child
 * holds nothing of the learner's. What should be: the errno ERROR; anything that the kernel
 * itself may return, but not the errno OTHER and no kill; a kill of the whole process. */
void trial_fails(const struct program *program, const struct call *call, int error);
void trial_passes(const struct program *program, const struct call *call, int other);
void trial_killed(const struct program *program, const struct call *call);

#endif
