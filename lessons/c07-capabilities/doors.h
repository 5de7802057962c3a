/* doors.h - capabilities as doors: what one of them alone opens, and what is shut without it. */
#ifndef DOORS_H
#define DOORS_H

#include "tutor.h"

/* Tries the door NAME, with its capability and without. Returns 0 when it was tried, whoever
 * won; 1 after having said what is wrong; -1 when there is no such door. */
int doors_try(struct tutor *tutor, const char *name);

/* The names of the doors, which are those of capabilities; ended by NULL. */
extern const char *const doors_names[];

#endif
