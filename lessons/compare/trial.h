/* trial.h - whether something runs at all under given conditions, and if not, why. */
#ifndef COMPARE_TRIAL_H
#define COMPARE_TRIAL_H

#include "kinds.h"

struct trial {
    bool runs;
    char text[160]; /* "runs", or "no: " and the reason; for a table */
};

/* Of what was said on stderr: where its reason begins, behind the name of who says it. */
const char *trial_reason(const char *errors);

/* Runs ARGV as HOW says (NULL: as usual). It runs when its status is 0 and, unless WANTED is NULL, a
 * line that begins with WANTED came out. OUTPUT gets all that came out, to be freed with run_free;
 * it may be NULL. */
void trial_command(char *const argv[], const struct run_how *how, const char *wanted,
                   struct trial *trial, struct run_result *output);

/* How one kind runs WORDS under conditions that differ from the usual ones. */
struct trial_how {
    bool ordinary; /* by an ordinary user; the container then takes a user namespace */
    const char *hidden; /* a device that is not there for it; NULL */
};

void trial_kind(const struct compare *compare, enum kind kind, char *const words[],
                const struct trial_how *how, struct trial *trial);

#endif
