/* words.h - a line of the REPL as words, and the word that was probably meant.
 */
#ifndef WORDS_H
#define WORDS_H

#include <stddef.h>

/* Splits LINE into words as sh(1) does with quotes and backslashes, and nothing else of what a
 * shell does: '...' keeps all, "..." keeps all but \" and \\, a backslash keeps the next
 * character. COUNT gets how many words there are. Returns an array that ends with NULL, which
 * the caller frees with words_free, or NULL: errno EINVAL when a quote is not closed or a
 * backslash is the last character, ENOMEM. */
char **words_split(const char *line, int *count);
void words_free(char **words);

/* WORD in a form that words_split turns back into it: quoted where that is needed. The caller
 * frees it. NULL: no memory. */
char *words_quote(const char *word);

/* How many letters must be put in, left out, changed or swapped with the next one, to make
 * ONE into OTHER. Words of more than 63 bytes are far from everything (INT_MAX). */
int words_distance(const char *one, const char *other);

#endif
