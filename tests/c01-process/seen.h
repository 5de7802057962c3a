/* seen.h - what the judge of c01-process reads of a player, and what it expects of it. An
 * expectation that is not met ends the check; see tests/grader/grader.h.
 */
#ifndef SEEN_H
#define SEEN_H

#include <stdbool.h>
#include <sys/types.h>
#include "grader.h"

/* The arguments of a probe. */
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Starts the probe with the kit's root as /rootfs. Who waits for the end of a pipe that he
 * holds himself waits for ever: not too long here. */
struct player *seen_start(int inherit, const char *const *words);

/* What a function of the learner's returned, as the player says. */
struct answer {
    int result, error;
    int number; /* a third one, where a word has one */
};

/* Waits until the player has called the function. */
struct answer seen_answer(struct player *player);

/* Lets a player that stands before the call make it, and waits. */
struct answer seen_answer_after(struct player *player);

void expect_result(const char *function, int result, const struct answer *answer);
void expect_failure(const char *function, int error, const struct answer *answer);

/* The one child of the player whose program is PROGRAM of the kit's root ("sleep"); a zombie
 * keeps the name. Waits a moment for it; 0 when there is none. */
pid_t seen_child(struct player *player, const char *program);

/* The letter that /proc shows as the state of a process: 'S', 'T', 'Z', …; 0 when it is gone. */
char seen_state(pid_t pid);

/* Waits a moment until a process is in this state. */
bool seen_becomes(pid_t pid, char state);

/* How many processes below the player there are; ZOMBIES (may be NULL) gets how many of them
 * are zombies. */
size_t seen_descendants(struct player *player, size_t *zombies);

/* The checks of process_spawn: see test_spawn.c. */
void spawn_program(void **state);
void spawn_pidfd(void **state);
void spawn_descriptors(void **state);
void spawn_mask(void **state);
void spawn_missing(void **state);
void spawn_denied(void **state);
void spawn_leftovers(void **state);

#endif
