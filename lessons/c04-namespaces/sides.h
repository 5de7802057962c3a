/* sides.h - a box seen from both sides: its namespaces beside ours, its numbers beside ours. */
#ifndef SIDES_H
#define SIDES_H

#include "tutor.h"

/* Prints the namespaces of PID, which is called NAME, beside those of this session. Returns 0,
 * or 1 after having said that it has ended. */
int sides_namespaces(struct tutor *tutor, const char *name, int pid);

/* Prints this session and all processes below it, each with its number here and inside. */
void sides_tree(struct tutor *tutor);

#endif
