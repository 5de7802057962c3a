/* calls.h - the words of this lesson that make one call of the module in a table. */
#ifndef CALLS_H
#define CALLS_H

#include "tables.h"

/* Makes the call that is named WORD ("private", "volume", …) in TABLE; ARGUMENTS are the
 * words behind the root, COUNT of them and NULL. Returns an exit status. */
int calls_make(struct tutor *tutor, struct table *table, const char *word, int count,
               char **arguments);

/* Those that every container needs, in their order; NULL ends them. */
extern const char *const calls_usual[];

#endif
