/* both.h - who is who, from both sides: numbers here, and numbers inside a box. */
#ifndef BOTH_H
#define BOTH_H

#include "tutor.h"

/* Prints the maps of the process PID, which is called NAME, and who it is, here and inside.
 * Returns 0, or 1 after having said what cannot be seen. */
int both_maps(struct tutor *tutor, const char *name, int pid);

/* Prints the owner and the group of each of FILES (ended by NULL), here and inside. As above. */
int both_files(struct tutor *tutor, const char *name, int pid, char *const *files);

#endif
