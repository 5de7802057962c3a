/* asked.h - calls of a box that wait for the session's answer. */
#ifndef ASKED_H
#define ASKED_H

#include "filtered.h"

/* Waits a few seconds for a call of the box, and prints it. Returns 0, or 1 having said why
 * there is none. */
int asked_wait(struct tutor *tutor, struct filtered *box, const char *name);

/* Answers the call that waits: WORD is an errno or a number. As above; 2 for a wrong word. */
int asked_answer(struct tutor *tutor, struct filtered *box, const char *name,
                 const char *word);

#endif
