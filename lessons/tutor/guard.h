/* guard.h - runs a command so that the session survives it.
 *
 * A command may crash (it can be the learner's code), hang, take the session's signal
 * handlers, working directory or root with it, or let a child process return from a function
 * that should have ended it. All of that is caught here.
 */
#ifndef GUARD_H
#define GUARD_H

#include <stdbool.h>

enum guard_end {
    GUARD_RETURNED, /* as it should be */
    GUARD_CRASHED,  /* by a signal such as SIGSEGV */
    GUARD_BROKEN, /* Ctrl-C for the second time; for the third, when a child is at work */
};

#define GUARD_FRAMES 32

struct guard_outcome {
    enum guard_end end;
    int status;        /* what the command returned */
    int signal;        /* GUARD_CRASHED: which one */
    void *instruction; /* GUARD_CRASHED: that crashed */
    void *address;     /* GUARD_CRASHED: of the access that failed, for SIGSEGV */
    void *frames[GUARD_FRAMES]; /* GUARD_CRASHED: return addresses, the innermost first */
    int frame_count;
    bool root_moved; /* the command had changed the root of the session; it is back */
};

/* Takes the signals and notes where the session stands (root, working directory). Once, in
 * the process of the session. Returns 0, or -1 with errno. */
int guard_start(void);

/* Runs RUN(CONTEXT). A process that comes back from it and is not the session is ended with
 * a line on stderr. */
struct guard_outcome guard_run(int (*run)(void *context), void *context);

/* Whether this process is the session: false in every child, until it executes a program. */
bool guard_is_session(void);

/* Ctrl-C was pressed; the session is asked to end (SIGTERM, SIGHUP, SIGPIPE). */
bool guard_interrupted(void);
bool guard_leaving(void);

/* Forgets Ctrl-C. */
void guard_clear(void);

#endif
