/* memory.h - the words that poke at memory: what processes share, and what the kernel charges. */
#ifndef MEMORY_H
#define MEMORY_H

#include "tutor.h"

int memory_family(struct tutor *tutor, int argc, char **argv); /* memory */
int memory_group(struct tutor *tutor, int argc, char **argv);  /* group */

#endif
