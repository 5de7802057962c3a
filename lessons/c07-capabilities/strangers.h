/* strangers.h - programs that give their caller more than it has, and what stops that. */
#ifndef STRANGERS_H
#define STRANGERS_H

#include "tutor.h"

/* Tries the attack NAME, "gain" or "inheritable". Returns 0 when it was tried, whoever won; 1
 * after having said what is wrong; -1 when there is no such attack. */
int strangers_try(struct tutor *tutor, const char *name);

/* The names of the attacks, ended by NULL. */
extern const char *const strangers_names[];

#endif
