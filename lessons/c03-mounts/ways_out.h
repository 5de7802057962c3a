/* ways_out.h - what a hostile image or a process inside tries, against a naive engine and
 * against the module. */
#ifndef WAYS_OUT_H
#define WAYS_OUT_H

#include "tutor.h"

/* Tries the attack that is called NAME on the root directory PATH, before and after.
 * Returns 0 when it was tried, whoever won; 1 after having said what is wrong; -1 when
 * there is no attack of that name. */
int ways_out_try(struct tutor *tutor, const char *name, const char *path);

/* The names of the attacks, ended by NULL. */
extern const char *const ways_out_names[];

#endif
