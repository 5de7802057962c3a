/* makecall.h - one system call, made in a box. */
#ifndef MAKECALL_H
#define MAKECALL_H

#include <sys/types.h>
#include "tutor.h"

/* Makes the call that WORDS say (its name, "i386:" or "x32:" before it, and its arguments) in a
 * process in the namespaces and under the filters of PID, and prints what came back. Returns 0,
 * or 1 after having said that it could not be made. */
int makecall_in(struct tutor *tutor, pid_t pid, char *const *words);

#endif
