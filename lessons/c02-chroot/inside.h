/* inside.h - a child of the step program, in which the functions of the module are
 * called: it may move its root, lose its user or crash, and the session goes on.
 */
#ifndef LESSON_INSIDE_H
#define LESSON_INSIDE_H

#include "tutor.h"

/* Forks. In the child, which is root (of a user namespace, if need be), calls
 * ACT(TUTOR, CONTEXT) and ends with the status that it returns. Waits, and returns that
 * status, or 128 + the signal that ended the child; 1 after having said that there
 * could be no child, or no user namespace.
 */
int inside_child(struct tutor *tutor, int (*act)(struct tutor *tutor, void *context),
                 void *context);

/* "mine" or "reference": whose FUNCTION is called at the moment. */
const char *inside_whose(const char *function);

#endif
