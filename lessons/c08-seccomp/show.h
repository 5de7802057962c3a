/* show.h - the filters of a box, in words. */
#ifndef SHOW_H
#define SHOW_H

#include "filtered.h"

/* Prints what the kernel says of the filters of process PID, and those that BOX (NULL: none)
 * was given, the first instructions of each, or ALL. Returns 0, or 1 having said what is wrong. */
int show_box(struct tutor *tutor, const char *name, pid_t pid, const struct filtered *box,
             bool all);

#endif
