/* match.h - whether what a command printed is what the page shows.
 *
 * "…" (U+2026) in the page matches anything: within a line any characters, as a line of its
 * own any number of lines. White space at the end of a line and empty lines at the end of
 * the text do not count. Everything else must be equal.
 */
#ifndef MATCH_H
#define MATCH_H

#include <stdbool.h>
#include <stddef.h>

/* Whether SHOWN is what EXPECTED says. Takes at most in the order of the product of the two
 * lengths, whatever they hold. When it is false, LINE (may be NULL) gets the number (from 1)
 * of the first line of EXPECTED that could not be matched; one more than it has lines when
 * SHOWN goes on where it should end. */
bool match_text(const char *expected, const char *shown, int *line);

/* The same, but any white space is as good as any other: a program that lists names in
 * columns on a terminal and one a line in a pipe prints the same thing. */
bool match_words(const char *expected, const char *shown);

/* Whether two lines are the same command: equal but for the white space between words. */
bool match_command(const char *one, const char *other);

/* Removes escape sequences (ECMA-48: CSI, OSC) and carriage returns before line ends from
 * TEXT, in place. */
void match_strip(char *text);

#endif
