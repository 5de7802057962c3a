/* grade_inside.h - what the parts of grading share; grade.h is what a caller sees. */
#ifndef GRADE_INSIDE_H
#define GRADE_INSIDE_H

#include <limits.h>
#include <sys/types.h>
#include "grade.h"
#include "text.h"

/* --- a program that we start ------------------------------------------------------------- */

struct grade_program {
    char *const *argv;
    const char *directory; /* where it runs, NULL: here */
    int death_signal;      /* what it gets when we die */
    bool limited;   /* a compiler that reads what a stranger wrote: bounded in time,
                              memory and size of files */
    double seconds; /* then its process group is killed; 0: no limit */
    size_t most;    /* bytes of its stdout and stderr that are kept */
    int verdicts;   /* a descriptor that it inherits under this number, -1: none */
};

/* Starts it with stdin at /dev/null and both outputs in *OUTPUT, a descriptor to read.
 * Returns its number, or -1 with errno. */
pid_t grade_start(const struct grade_program *program, int *output);

/* Reads OUTPUT to its end into TEXT (printable), closes it, waits. Returns the wait status; a
 * program that ran out of time has SIGKILL. */
int grade_finish(const struct grade_program *program, pid_t pid, int output, char **text);

/* --- building ------------------------------------------------------------------------------ */

struct grade_build {
    bool built;
    char *compiler; /* what it said */
    char *todo,
        *defined; /* names, each between newlines: "\nchroot_enter\nchroot_run\n" */
    char module[PATH_MAX]; /* absolute */
    char out[PATH_MAX];    /* absolute */
    bool temporary;        /* out is to be removed */
    int lock;              /* a lock on out, -1: none */
};

/* Builds the probes. Returns 0 (also when the learner's code does not compile: built is false),
 * or -1 and *ERROR. The caller calls grade_build_end in both cases. */
int grade_build(const struct grade_request *request, struct grade_build *build,
                char **error);
void grade_build_end(struct grade_build *build);

/* Whether NAMES holds NAME. */
bool grade_has_name(const char *names, const char *name);

/* Where the file and line of the LAB_TODO of FUNCTION are: "labs/c02-chroot/chroot.c:31", as
 * the request names the module; "" when it cannot be found. To be freed. */
char *grade_todo_place(const struct grade_request *request, const char *function);

/* --- judging ------------------------------------------------------------------------------- */

/* Asks the judge for its checks. Returns 0, or -1 and *ERROR. */
int grade_list(const struct grade_request *request, struct grade *grade, char **error);

/* Runs those checks whose message is NULL, and fills in what came of them. */
void grade_judge(const struct grade_request *request, const struct grade_build *build,
                 struct grade *grade);

/* "build/tests/LESSON/judge" of the request, to be freed. */
char *grade_judge_path(const struct grade_request *request);

/* --- reports ------------------------------------------------------------------------------- */

void grade_write_text(const struct grade *grade, const struct grade_style *style,
                      FILE *file);
int grade_write_json(const struct grade *grade,
                     FILE *file); /* -1: no memory, nothing written */
void grade_write_tap(const struct grade *grade, FILE *file);
void grade_write_junit(const struct grade *grade, FILE *file);

#endif
