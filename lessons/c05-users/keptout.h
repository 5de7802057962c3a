/* keptout.h - somebody whom a group keeps out of a file leaves that group. */
#ifndef KEPTOUT_H
#define KEPTOUT_H

#include "tutor.h"

/* Tries it, before and after; takes root, which sets the stage. Returns 0 when it was tried,
 * whoever won; 1 after having said what is wrong. */
int keptout_try(struct tutor *tutor);

#endif
