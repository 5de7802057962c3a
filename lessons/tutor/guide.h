/* guide.h - what guide.c and guide_words.c share.
 */
#ifndef GUIDE_H
#define GUIDE_H

#include "session.h"

/* A step to be noted in the progress file. */
struct guide_tick {
    struct tutor *tutor;
    const char *key;
};

/* How many steps of a section there are, and how many of them are done. */
void guide_count(const struct tutor *tutor, size_t section, int *done, int *all);

/* Sets the step that `do` types first in the open section. */
void guide_first_step(struct tutor *tutor);

#endif
