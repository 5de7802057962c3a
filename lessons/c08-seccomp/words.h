/* words.h - system calls, errnos and actions as people write them. */
#ifndef WORDS_OF_FILTERS_H
#define WORDS_OF_FILTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "tutor.h"

/* The number of the system call NAME of x86-64, or -1 after having said that there is none. */
int words_call(struct tutor *tutor, const char *name);

/* Its name; "call 999" when it has none. Valid until the next call. */
const char *words_call_name(int number);

/* The errno that is called NAME, "EPERM"; 0 when none is. */
int words_errno(const char *name);

/* Reads "kill", "ask", "allow" or an errno; returns whether it is one of them. */
bool words_action(const char *text, uint32_t *action);

/* The action in words: "allow", "fail with EPERM", "kill". Valid until the next call. */
const char *words_action_name(uint32_t action);

/* "EPERM, Operation not permitted". Valid until the next call. */
const char *words_failure(int error);

#endif
