/* attacks.h - the ways out of a chroot, tried before and after they are closed. */
#ifndef ATTACKS_H
#define ATTACKS_H

#include "tutor.h"

/* Tries the attack that is called NAME on the root directory PATH, step by step.
 * Returns 0 when it was tried, whoever won; 1 after having said what is wrong. */
int attacks_try(struct tutor *tutor, const char *name, const char *path);

/* The names of the attacks, ended by NULL. */
extern const char *const attacks_names[];

#endif
