/* grade.h - grading one module of a learner: build it, judge it, report it.
 *
 * This is the side of whoever asks for a grade (`boxwork check`, the tests of mutants). It
 * builds the module into probes, runs the judge of the lesson in a process of its own, and
 * makes a grade of the verdicts that come back on a private descriptor. The list of checks
 * comes from the judge before anything of the learner's has run; a check without a verdict
 * has failed.
 *
 * How a judge is written: grader.h. What the formats hold: FORMATS.md.
 */
#ifndef GRADE_H
#define GRADE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum grade_status {
    GRADE_PASSED,
    GRADE_FAILED,
    GRADE_TIMED_OUT,
    GRADE_CRASHED,
    GRADE_DID_NOT_BUILD,
    GRADE_NOT_WRITTEN,
    GRADE_COULD_NOT_RUN,
};

/* All strings of a grade are printable UTF-8 (and newlines), whatever the learner's code
 * wrote; none is NULL. */
struct grade_check {
    char *id;       /* "enter.directory" */
    char *title;    /* "the working directory is inside" */
    char *function; /* "chroot_enter" */
    char *page;     /* heading of the page to look at; "" for none */
    char *message;  /* what was expected and what was shown; "" when it has passed */
    int points;     /* 0 to max */
    int max;
    enum grade_status status;
    double seconds;
};

struct grade {
    char *lesson;
    int points, max;
    size_t count;
    struct grade_check *checks; /* in the judge's order */
    char *compiler; /* what the compiler said (also warnings); "" for nothing */
    char *log;      /* what the judge wrote beside its verdicts, for its author */
    double seconds; /* the whole, building included */
};

struct grade_request {
    const char *top;      /* the tree; NULL: "." */
    const char *lesson;   /* "c02-chroot" */
    const char *module;   /* directory with the .c files; NULL: TOP/labs/LESSON */
    const char *out;      /* where its probes are built and kept, so that the next time is
                                 quicker; made when missing; NULL: a private directory that is
                                 removed afterwards */
    const char *function; /* only the checks of this function; NULL: all */
    bool
        absent_is_reference; /* checks of a function that the module does not define run on
                                 the reference alone (for mutants); false: they fail */

    const char *judge;   /* an executable; NULL: TOP/build/tests/LESSON/judge */
    const char *builder; /* a program, called as BUILDER LESSON MODULE OUT in place of
                            `make grade-build`, see FORMATS.md; NULL: make */

    /* Called when something starts ("building", a check's title), for a line that shows life.
     * NULL: nobody is told. */
    void (*progress)(void *context, const char *what);
    void *context;
};

/* Grades. Returns 0 and a grade that the caller frees with grade_free; or -1 and an ERROR of
 * one line (more when it quotes the compiler) without "program:" in front, to be freed with free(3), when there is nothing to
 * grade: no such lesson, no such directory, no judge, no memory. A module that does not
 * compile is a grade (every check GRADE_DID_NOT_BUILD).
 */
int grade_lesson(const struct grade_request *request, struct grade **grade, char **error);

/* Whether MODULE, a folder or a C file, has what can be compiled: C files, and none with a name that
 * make must not see, or that is a link or a pipe. What is wrong otherwise, grade_lesson says. */
bool grade_may_build(const char *module);

/* Frees; NULL is allowed. */
void grade_free(struct grade *grade);

/* The exit status that tells it to a shell: 0 all points, 1 not all, 3 some check could not
 * run here (and none of those that ran lost points). A caller uses 2 for wrong usage and 3
 * when grade_lesson returned -1. */
int grade_exit_status(const struct grade *grade);

/* "passed", "failed", "timed-out", "crashed", "did-not-build", "not-written",
 * "could-not-run": the words of every format. */
const char *grade_status_word(enum grade_status status);

/* --- reports -------------------------------------------------------------------------- */

enum grade_format {
    GRADE_TEXT,  /* for people */
    GRADE_JSON,  /* FORMATS.md */
    GRADE_TAP,   /* Test Anything Protocol, version 13 */
    GRADE_JUNIT, /* the XML that CI systems read */
};

struct grade_style { /* for GRADE_TEXT alone */
    bool colour;
    int columns; /* 0: 80 */
};

/* What a FILE deserves: colours when it is a terminal and NO_COLOR is not set, and its width. */
struct grade_style grade_style_for(FILE *file);

/* Turns "text", "json", "tap" or "junit" into a format. Returns 0, or -1 for another word. */
int grade_format_parse(const char *word, enum grade_format *format);

/* Writes a report. Returns 0, or -1 with errno when FILE could not be written. */
int grade_write(const struct grade *grade, enum grade_format format,
                const struct grade_style *style, FILE *file);

#endif
