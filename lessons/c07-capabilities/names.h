/* names.h - sets of capabilities as people write them: lists of names. */
#ifndef NAMES_H
#define NAMES_H

#include "capabilities.h"
#include "tutor.h"

/* Reads LIST, "kill,net_raw", "default", "all" or "none", a "-" before a name takes it away.
 * Names are read by capabilities_parse. Returns 0, or -1 after having said what is no name. */
int names_read(struct tutor *tutor, const char *list, capabilities_set *set);

/* The name of a capability without "cap_", "sys_admin"; or its number, when the library has no
 * name for it. Valid until the next call. */
const char *names_of(int number);

/* Prints SET: "none", "all 41", "all but …" or the names; lines after the first, which begins
 * in COLUMN, are indented as far. WIDTH is the width of the terminal. */
void names_print(capabilities_set set, int column, int width);

#endif
