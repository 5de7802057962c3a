/* escalate.h - root inside tries what only root outside may do. */
#ifndef ESCALATE_H
#define ESCALATE_H

#include "tutor.h"

/* Tries the attack NAME, before and after. Returns 0 when it was tried, whoever won; 1 after
 * having said what is wrong; -1 when there is no such attack. */
int escalate_try(struct tutor *tutor, const char *name);

/* The names of the attacks, ended by NULL. */
extern const char *const escalate_names[];

#endif
