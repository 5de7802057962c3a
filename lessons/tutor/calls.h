/* calls.h - the system calls that a command makes: `calls spawn web --uts`.
 *
 * strace(1) is attached to the session for the length of one command, and what it wrote is
 * shown behind the command's own output.
 */
#ifndef CALLS_H
#define CALLS_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>
#include "tutor.h"

struct calls {
    pid_t strace; /* 0: none is attached */
    int log;      /* a memory file that strace writes to */
    bool all; /* also what is left out as noise, and the programs that were executed */
};

/* Attaches strace to this process and to all children that it will have. Returns 0, or -1
 * when that cannot be done; why was said on stderr. After 0, calls_end must follow. */
int calls_begin(struct tutor *tutor, struct calls *calls);

/* Makes a system call that is found again in the log: what lies between the first mark and
 * the last one is the command's. */
void calls_mark(void);

/* Detaches strace; processes that live on are let go. Prints the calls on stdout. */
void calls_end(struct tutor *tutor, struct calls *calls);

/* Prints what strace wrote to LOG (from its start), as far as it lies between two marks of the
 * process SESSION, or is of another process; ALL: without leaving anything out. COLUMNS: where
 * a line is broken. Returns 0, or -1 with errno ENOMEM. */
int calls_show(FILE *log, pid_t session, bool all, int columns);

#define CALLS_MARK "/this marks calls of a command"

#endif
