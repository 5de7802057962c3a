/* exits.h - what mini-hypervisor says about the exits of a machine: `--trace exits` and `--stats`,
 * as it printed them. */
#ifndef COMPARE_EXITS_H
#define COMPARE_EXITS_H

/* All exits that the line "exits: " of --stats adds up; 0 when there is none. */
double exits_counted(const char *text);

/* How many ports and addresses stand in the lines of --trace. */
unsigned exits_doors(const char *text);

#endif
