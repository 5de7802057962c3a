/* chroot_way.h - `run --chroot`: a program in a root of its own, as far as lesson c02 goes. */
#ifndef CHROOT_WAY_H
#define CHROOT_WAY_H

#include "container.h"

/* Runs the program with chroot alone. Returns its exit status, or one of those of container.h
 * after an error was printed. */
int chroot_way_run(const struct container_options *options);

#endif
