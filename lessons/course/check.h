/* check.h - grading for `check` and `watch`. */
#ifndef CHECK_H
#define CHECK_H

#include "course.h"
#include "grade.h"

struct check_request {
    const struct lesson *lesson;
    const char *module; /* NULL: the learner's own lab, whose points are noted */
    const char *built;  /* a folder with its programs; NULL: build them */
    const char
        *function; /* only the checks of this one, and no points are noted; NULL: all */
    bool absent_is_reference;
};

/* Grades on this host. Returns the grade (grade_free), or NULL with a line on stderr. Shows what
 * goes on in a line of its own when stderr is a terminal. */
struct grade *check_here(const struct course *course,
                         const struct check_request *request);

/* Writes what to look at next, after a report for people. */
void check_advise(const struct course *course, const struct lesson *lesson,
                  const struct grade *grade);

#endif
