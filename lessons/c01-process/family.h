/* family.h - what /proc shows of processes: their children, their state, their descriptors. */
#ifndef FAMILY_H
#define FAMILY_H

#include <sys/types.h>
#include "tutor.h"

/* The word of a state ("sleeping", "stopped", "zombie", …) of process PID, or "gone". A
 * constant. */
const char *family_state(pid_t pid);

/* Prints this session and all processes below it, one a line, with the names of boxes. */
void family_tree(struct tutor *tutor);

/* Prints the descriptors of PID, one a line. Returns 0, or 1 after having said why not. */
int family_descriptors(struct tutor *tutor, pid_t pid);

#endif
