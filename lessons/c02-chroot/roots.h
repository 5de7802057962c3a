/* roots.h - the root directories of a session, made in a temporary directory and
 * removed at its end; and beside them a file that only somebody outside of them can
 * read.
 */
#ifndef ROOTS_H
#define ROOTS_H

#include "tutor.h"

/* Makes a root called NAME, a copy of the kit's busybox root. Returns 0, or 1 after
 * having said what is wrong. */
int roots_make(struct tutor *tutor, const char *name);

/* Prints the roots of this session, one a line. */
void roots_list(struct tutor *tutor);

/* The path of the root that is called NAME, or NAME itself when it is a directory;
 * NULL after having said that it is neither. The string is valid until a root is
 * made. */
const char *roots_path(struct tutor *tutor, const char *name);

/* Where the file is that nobody inside may read, and what stands in it. */
const char *roots_secret(struct tutor *tutor);
#define ROOTS_SECRET "a secret of the host"

/* The names of the roots, ended by NULL; valid until a root is made. */
const char *const *roots_names(struct tutor *tutor);

/* Says once a session, when it is so, that programs run in a user namespace. */
void roots_say_rootless(struct tutor *tutor);

#endif
