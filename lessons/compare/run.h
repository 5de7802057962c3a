/* run.h - running a command to its end and noting when each of its lines arrived. */
#ifndef COMPARE_RUN_H
#define COMPARE_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { RUN_SECONDS = 180, RUN_WORDS = 32 };

/* A line that a command has printed, and when it was there, as measure_now counts. */
struct run_line {
    const char *text; /* in struct run_result.output; without its end */
    uint64_t when;
};

struct run_result {
    int status;              /* its exit status; 128 + N when signal N ended it */
    uint64_t started, ended; /* as measure_now counts */
    uint64_t executed;       /* when it became its program */
    char *output, *errors;   /* strings */
    struct run_line *lines;  /* of the output */
    size_t line_count;
};

/* A process that was started, and our ends of its pipes; -1: none. */
struct running {
    pid_t pid;
    int input, output, errors;
    uint64_t started, executed;
};

#define RUN_NONE ((struct running){.pid = -1, .input = -1, .output = -1, .errors = -1})

/* How a process is started. */
struct run_how {
    const char *cgroup;    /* a directory: it is born in there; NULL */
    const char *directory; /* its working directory; NULL: ours */
    bool talk;             /* a pipe to its input, which is else empty */
    bool silent;           /* its output goes nowhere */
    bool together;         /* its errors go where its output goes */
    const char *path;      /* its PATH; NULL: "/bin" */
    bool ordinary;         /* as an ordinary user, nobody */
    const char *hidden;    /* a device that is /dev/null for it; NULL; takes root */
};

/* Set by SIGINT, SIGTERM and SIGHUP: the number of the signal. */
extern volatile int run_interrupted;

/* Catches these signals. Without SA_RESTART, so that waiting ends. */
void run_catch_signals(void);

/* When one has come: dies of it, as a shell expects. To be called when all is cleared up. */
void run_die_if_interrupted(void);

/* Starts ARGV (argv[0] is a path) with nothing but PATH and HOME in its environment. It dies when we do.
 * HOW may be NULL. Returns 0 and RUNNING, or -1 with errno. */
int run_start(char *const argv[], const struct run_how *how, struct running *running);

/* Reads what it prints until it has ended, at most for SECONDS. Fills in RESULT (which
 * run_free frees, also after an error). Returns 0, or -1 with errno: ETIMEDOUT, EINTR after a
 * signal to us; the process has then been killed. RUNNING is used up. */
int run_finish(struct running *running, double seconds, struct run_result *result);

/* Kills it and collects it. Harmless when there is none. */
void run_kill(struct running *running);

/* Both: starts, and finishes. */
int run_command(char *const argv[], const struct run_how *how, struct run_result *result);
void run_free(struct run_result *result);

/* The first line of the output that begins with START; NULL for none. */
const struct run_line *run_line(const struct run_result *result, const char *start);

/* What stands behind WORD and a blank, in the line that begins so: "" when there is none. */
const char *run_answer(const struct run_result *result, const char *word);

#endif
