/* words.h - the words of lesson h02 that are not in step.c, and what they share with it.
 *
 * Each word_ function is the run() of a tutor_command.
 */
#ifndef WORDS_H
#define WORDS_H

#include "bench.h"

/* move.c */
int word_run(struct tutor *tutor, int argc, char **argv);
int word_step(struct tutor *tutor, int argc, char **argv);
int word_exits(struct tutor *tutor, int argc, char **argv);

/* ports.c */
int word_type(struct tutor *tutor, int argc, char **argv);
int word_input(struct tutor *tutor, int argc, char **argv);
int word_port(struct tutor *tutor, int argc, char **argv);

/* step.c: loads the program NAME, a file or one of our guests, where the bench's programs
 * start. Returns 0, or 1 when that failed and has been said. */
int word_load_program(struct tutor *tutor, struct bench *bench, const char *name);

/* ports.c: joins the arguments from FIRST on with blanks, and END behind them. Returns
 * a string that the caller frees, or NULL when there is no memory and that has been
 * said. */
char *word_join(struct tutor *tutor, int argc, char **argv, int first, const char *end);

/* step.c: prints the instruction at SEGMENT:OFFSET, without a newline;
 * COLUMNS gets how many columns that took. Returns how many
 * bytes it has, or 0 when there is no memory there and that has been said. */
size_t word_instruction(struct tutor *tutor, const struct bench *bench, uint16_t segment,
                        uint16_t offset, int *columns);

#endif
