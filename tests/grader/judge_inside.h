/* judge_inside.h - what the parts of a judge share; grader.h is what its author sees.
 *
 * The judge runs each check in a fork of itself. What the check decides is written to memory
 * that the two share, and the judge alone passes it on.
 */
#ifndef JUDGE_INSIDE_H
#define JUDGE_INSIDE_H

#include "grade.h"
#include "grader.h"

enum { MESSAGE_BYTES = 4096 };

struct verdict {   /* in memory shared by the judge and the fork that runs the check */
    bool given;    /* status and message say it */
    bool returned; /* the check's function came back */
    enum grade_status status;
    char message[MESSAGE_BYTES];
};

struct judge {
    const char *lesson;
    const char *probes; /* directory with probe-FUNCTION */
    const char *module; /* where the learner's files are, to name lines; NULL: unknown */
    const char *top;    /* the tree */
    bool absent_is_reference;
    const char *slow; /* the function whose check ran out of time last; NULL for none */
    const struct check *check; /* the one that runs in this process */
    struct verdict *verdict;
    struct player *players; /* those that it started */
};

/* The judge that this process is. cmocka's checks get no argument that could carry it. */
extern struct judge judge;

/* Ends the running check with this verdict, which is a failed test to cmocka, or a skipped one
 * for GRADE_COULD_NOT_RUN. */
_Noreturn void judge_end(enum grade_status status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Runs CHECK in this process and says so in *judge.verdict. */
void judge_run(const struct check *check);

/* Ends the sandboxes of all players. */
void players_end(void);

#endif
