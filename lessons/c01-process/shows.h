/* shows.h - the two words that set a stage of their own: `forward` and `race`. */
#ifndef SHOWS_H
#define SHOWS_H

#include "tutor.h"

/* `forward NAME [SIGNAL…]`: a process in front of a box passes on what it gets. */
int shows_forward(struct tutor *tutor, int argc, char **argv);

/* `race`: a pid is given to another process; a pidfd is not. */
int shows_race(struct tutor *tutor, int argc, char **argv);

#endif
