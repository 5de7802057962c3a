/* spawn.h - the word `spawn`, for this lesson and those after it. */
#ifndef SPAWN_H
#define SPAWN_H

#include "tutor.h"

/* spawn NAME [--OPTION…] CMD [ARG…], the `run` of a command: with the options of this lesson, and
 * those of every later one that is linked in (struct start_extra). */
int spawn_run(struct tutor *tutor, int argc, char **argv);

#endif
