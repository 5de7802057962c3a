/* seen.h - what the judge of c04-namespaces reads of a player, and what it expects of it. An
 * expectation that is not met ends the check; see tests/grader/grader.h.
 */
#ifndef SEEN_H
#define SEEN_H

#include <stdbool.h>
#include <sys/types.h>
#include "grader.h"

/* The arguments of a probe. */
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* What a function of the learner's returned, and what else the player says. */
struct answer {
    int result, error;
    int more[2];
};

/* Waits until the player has called the function, or lets it do so first. */
struct answer seen_answer(struct player *player);
struct answer seen_answer_after(struct player *player);

void expect_success(const char *function, const struct answer *answer);
void expect_failure(const char *function, int error, const struct answer *answer);

/* The only process that the player has started; a check fails without one. */
pid_t seen_child(struct player *player);
void expect_no_child(struct player *player);

/* Whether two processes are in the same namespace KIND, as the kernel says. */
bool seen_same(pid_t one, pid_t other, const char *kind);

/* PID must be in another namespace KIND than REFERENCE, or in the same. WHO names PID. */
void expect_kind(const char *who, pid_t pid, pid_t reference, const char *kind,
                 bool same);

/* The number of PID in the pid namespace LEVEL steps below the judge's; 0 when there is none.
 * The player's is 1 step below. */
pid_t seen_number(pid_t pid, int level);

/* The host name, and the flags of lo, where PID is: a child of the judge goes there and looks. */
const char *seen_hostname(pid_t pid);
short seen_loopback(pid_t pid);

/* The checks of hostname, loopback and time: see test_rooms.c. */
void hostname_name(void **state);
void hostname_longest(void **state);
void hostname_bad(void **state);
void loopback_up(void **state);
void loopback_flags(void **state);
void loopback_closed(void **state);
void loopback_refused(void **state);
void time_offsets(void **state);
void time_children(void **state);
void time_range(void **state);
void time_refused(void **state);

/* The checks of namespaces_init: see test_init.c. */
void init_status(void **state);
void init_killed(void **state);
void init_reap(void **state);
void init_forward(void **state);
void init_stays(void **state);
void init_rest(void **state);

#endif
