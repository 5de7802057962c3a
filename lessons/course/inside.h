/* inside.h - running one of our own programs in the lab machine. */
#ifndef INSIDE_H
#define INSIDE_H

#include "course.h"

/* Runs COMMAND (NULL-ended) in the lab machine, with the terminal of this process; progress
 * and history come back. A session inside may ask for builds: "build LESSON" (what `use mine`
 * loads) and "probes LESSON" (what `check` runs). Returns the command's exit status, or, with a
 * line on stderr, STATUS_CANNOT_RUN after a fault of the machine. A signal that ended it ends
 * this program as well.
 */
int inside_run(struct course *course, char *const command[]);

/* Builds what a judge needs to grade labs/LESSON, or MODULE when it is not NULL, into
 * check_directory(). Returns 0, or another number when it does not build. What the compiler
 * says goes nowhere: the report of a grade has it. */
int inside_build_probes(const struct course *course, const struct lesson *lesson,
                        const char *module);

/* Where the programs of a check are kept: "build/check/c02-chroot", absolute; free(3). Made
 * when it is not there. NULL with a line on stderr. */
char *check_directory(const struct course *course, const struct lesson *lesson);

#endif
