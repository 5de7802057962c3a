/* seen.h - what the judge of c08-seccomp reads of a player, and what it expects of it. An
 * expectation that is not met ends the check; see tests/grader/grader.h.
 */
#ifndef SEEN_H
#define SEEN_H

#include <errno.h>
#include "grader.h"
#include "trial.h"

/* The arguments of a probe. */
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* An errno that the kernel never gives to these calls: what has it was refused by the filter. */
enum { MARK = EBADSLT };

/* A number as an argument of the probe; its text is valid until four calls later. */
const char *word_of(unsigned long long number);

/* What a function of the learner's returned. */
struct answer {
    int result, error;
};

struct answer seen_answer(struct player *player);

void expect_success(const char *function, const struct answer *answer);
void expect_failure(const char *function, int error, const struct answer *answer);

/* Starts the probe with these words, which have FUNCTION make a filter, and reads it; the check
 * fails where there is none. */
void seen_program(const char *const words[], const char *function,
                  struct program *program);

/* The checks of filter_arguments and filter_default: test_policy.c. */
void arguments_terminal(void **state);
void arguments_low(void **state);
void arguments_socket(void **state);
void arguments_clone(void **state);
void arguments_clone3(void **state);
void arguments_kept(void **state);
void default_refused(void **state);
void default_kill(void **state);
void default_others(void **state);
void default_kept(void **state);
void default_arch(void **state);
void default_arguments(void **state);
void default_error(void **state);

/* Those of filter_install, filter_listen and filter_answer: test_live.c. */
void install_there(void **state);
void install_acts(void **state);
void install_twice(void **state);
void install_refused(void **state);
void install_broken(void **state);
void listen_descriptor(void **state);
void listen_asks(void **state);
void listen_refused(void **state);
void listen_second(void **state);
void answer_error(void **state);
void answer_value(void **state);
void answer_undone(void **state);
void answer_gone(void **state);

#endif
