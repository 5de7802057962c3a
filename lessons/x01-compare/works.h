/* works.h - small works that the words of this lesson measure, each a measure_work. */
#ifndef WORKS_H
#define WORKS_H

#include "measure.h"
#include "tutor.h"

/* What the works use; made by works_open, for one command. */
struct bench {
    const struct work *work;
    char *memory;          /* SIZE bytes that nobody has touched yet */
    size_t next;           /* the page of it that is touched next */
    int file;              /* of BLOCK bytes; -1 when it is not needed */
    int there[2], back[2]; /* two pipes to CHILD, which answers; -1 */
    pid_t child;
};

struct work {
    const char *name; /* "syscall" */
    const char *what; /* "a system call that does nothing" */
    measure_work *run;
};

/* The work NAME, or NULL. */
const struct work *works_find(const char *name);

/* Their names, NULL-ended, for completion and for messages. */
extern const char *const works_names[];

/* Gets ready what WORK needs. Returns 0, or 1 after a message. works_close undoes it. */
int works_open(struct tutor *tutor, const struct work *work, struct bench *bench);
void works_close(struct bench *bench);

/* NANOSECONDS with a unit, "1.25 ms": a string of a ring of eight. */
const char *works_time(double nanoseconds);

/* Spins until NANOSECONDS have passed, by the kernel's clock. */
void works_spin(double nanoseconds);

#endif
