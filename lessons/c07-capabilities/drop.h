/* drop.h - boxes with fewer capabilities: the options that this lesson adds to `spawn`. */
#ifndef DROP_H
#define DROP_H

#include "capabilities.h"
#include "tutor.h"

/* Leaves this process KEEP and no more, in all five sets, whoever it is; it stays the same user.
 * Returns NULL, or the name of the function of the module that failed, with errno. */
const char *drop_to(capabilities_set keep);

/* Whether no_new_privs is set for the process PID. */
bool drop_no_new_privileges(pid_t pid);

#endif
