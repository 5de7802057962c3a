/* comparing.h - what the two files of `boxwork compare` share. */
#ifndef COMPARING_H
#define COMPARING_H

#include "course.h"

/* What the figures are made with. */
struct comparing {
    struct course *course;
    const struct invocation *typed;
    const char *into; /* "build", or "build/mine" */
    bool inside;      /* in the lab machine */
};

/* Whether the option NAME was given. */
bool comparing_asked(const struct comparing *comparing, const char *name);

/* Has mini-compare measure, and its figures written to the file FIGURES, as JSON. First it has a
 * look made at the other place, the lab machine or this host, where there is one (claim 3).
 * Returns its exit status, or STATUS_CANNOT_RUN, with a line on stderr. A signal that ended it
 * ends this program as well. */
int comparing_measure(const struct comparing *comparing, int figures);

#endif
