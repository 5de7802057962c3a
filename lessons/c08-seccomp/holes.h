/* holes.h - ways around filters, tried under a naive one and under ours. */
#ifndef HOLES_H
#define HOLES_H

#include "tutor.h"

extern const char *const holes_names[];

/* Tries the attack NAME twice, and prints what happened. Returns 0; 1 after having said what is
 * wrong; -1 when there is no attack of that name. */
int holes_try(struct tutor *tutor, const char *name);

#endif
