/* seen.h - what the judge of c07-capabilities reads of a player, and what it expects of it. An
 * expectation that is not met ends the check; see tests/grader/grader.h.
 */
#ifndef SEEN_H
#define SEEN_H

#include <stdint.h>
#include <sys/capability.h>
#include <sys/types.h>
#include "grader.h"

/* The arguments of a probe. */
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

#define ONE(capability) ((uint64_t)1 << (capability))

/* A set as an argument of the probe; its text is valid until four calls later. */
const char *word_of(uint64_t set);

/* Every capability of this kernel, which is what a player begins with. */
uint64_t seen_all(void);

/* What a function of the learner's returned, and the set that it says it has filled in. */
struct answer {
    int result, error;
    unsigned long long set;
};

struct answer seen_answer(struct player *player);

void expect_success(const char *function, const struct answer *answer);
void expect_failure(const char *function, int error, const struct answer *answer);

/* The line KEY of /proc/PID/status, "CapEff", must be this set. */
void expect_set(struct player *player, const char *key, uint64_t expected);
void expect_set_of(pid_t pid, const char *key, uint64_t expected);

/* The line KEY, "Uid" or "Gid", must be ID thrice: real, effective and saved; ID is a number
 * inside, and MAP, "uid_map" or "gid_map", says which one it is for the judge. */
void expect_ids(pid_t pid, const char *key, const char *map, unsigned id);

/* The checks of capabilities_become and of what it is made of: see test_become.c. */
void keep_on(void **state);
void keep_off(void **state);
void keep_locked(void **state);
void nnp_set(void **state);
void nnp_setuid(void **state);
void nnp_bare(void **state);
void become_sets(void **state);
void become_user(void **state);
void become_root(void **state);
void become_off(void **state);
void become_lost(void **state);

#endif
