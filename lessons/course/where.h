/* where.h - does a lesson run on this host, or in the lab machine? */
#ifndef WHERE_H
#define WHERE_H

#include "course.h"

enum place {
    PLACE_HERE,
    PLACE_MACHINE,
    PLACE_NOWHERE, /* the host lacks something, and the lab machine cannot run or lacks it too */
};

enum action {
    ACTION_OPEN,
    ACTION_PLAY,
    ACTION_CHECK,
};

struct decision {
    enum place place;
    bool unsafe;   /* nowhere, because here the learner's own code would run as root */
    char why[320]; /* one line: what is missing here; "" when nothing is */
};

/* Decides from the page's `needs:` and from who we are. Tries of the host only what is needed;
 * looks at the lab machine only when the host will not do. Inside a lab machine everything
 * is here.
 */
struct decision where_to_run(struct course *course, const struct lesson *lesson,
                             enum action action);

/* The same for NEEDS, the words of a page's `needs:`, where no code of the learner's runs. */
struct decision where_needed(struct course *course, const char *needs);

/* The same, but --here or --machine in TYPED decide; --here does not make a page play whose
 * needs are not met. Returns 0, or an exit status with a line on stderr: both were given, or
 * the machine was asked for and cannot run. When it ends as PLACE_NOWHERE the caller decides
 * what that means.
 */
int where_asked(struct course *course, const struct invocation *typed,
                const struct lesson *lesson, enum action action,
                struct decision *decision);

/* Tells the sessions that this program becomes whether --here was said (TYPED), so that what
 * they ask of the course tool is decided in the same way. */
void where_pass_on(const struct invocation *typed);

/* Whether a session that `open` started on this host, without --here, asks for own code that
 * may not run on it. */
bool must_go_to_machine(const struct course *course, const struct lesson *lesson);

/* "here", "machine", "nowhere". */
const char *place_word(enum place place);

/* True when a file of the lab is not as it was handed out (see pristine.h). */
bool lab_begun(const struct course *course, const struct lesson *lesson);

#endif
