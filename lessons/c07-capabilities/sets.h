/* sets.h - the five sets of a box beside those of the session. */
#ifndef SETS_H
#define SETS_H

#include <sys/types.h>
#include "tutor.h"

/* Waits until PID, which was seen to be in an execve(2), has the sets that this gives it: its
 * descriptors are closed a moment earlier. */
void sets_settle(pid_t pid);

/* Prints the sets of this session. Returns 0, or 1 after having said what failed. */
int sets_session(struct tutor *tutor);

/* Prints the sets of PID, which is called NAME, beside how many the session has in each.
 * Returns 0, or 1 after having said that it has ended. */
int sets_box(struct tutor *tutor, const char *name, pid_t pid);

#endif
