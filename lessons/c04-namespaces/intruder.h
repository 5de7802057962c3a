/* intruder.h - a process inside reaches for one outside, before and after the namespaces. */
#ifndef INTRUDER_H
#define INTRUDER_H

#include "tutor.h"

/* Tries the attack NAME, step by step. Returns 0 when it was tried, whoever won; 1 after having
 * said what is wrong; -1 when there is no such attack. */
int intruder_try(struct tutor *tutor, const char *name);

/* The names of the attacks, ended by NULL. */
extern const char *const intruder_names[];

#endif
