/* seen.h - the judge's side of c06-cgroups: a tree of cgroups for a player, and what is seen of
 * it. An expectation that is not met ends the check; see tests/grader/grader.h.
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
    long long more[3];
};

/* Starts a player that has a tree of its own: /sys/fs/cgroup/boxwork-judge-PID-N, in it
 * `player`, where it is, and `area`, which it works in. All belong to the player, and have the controllers
 * memory, pids, cpu and io. The tree is removed when this process ends, in whatever way.
 */
struct player *seen_start(const char *const arguments[]);

/* Waits until the player has called the function, or lets it do so first. */
struct answer seen_answer(struct player *player);
struct answer seen_answer_after(struct player *player);

void expect_success(const char *function, const struct answer *answer);
void expect_failure(const char *function, int error, const struct answer *answer);

/* Paths below are seen from `area`: "one", "one/memory.max". */

/* Whether there is such a cgroup. */
bool seen_cgroup(const char *path);
void expect_cgroup(const char *path, bool there);

/* What stands in a file, without the last newline; "" when it cannot be read. Valid until the
 * next call. */
const char *seen_file(const char *path);

/* How many processes are in a cgroup and in those below; -1 when it is not there. */
int seen_processes(const char *path);

/* Whether descriptor FD of the player leads to the cgroup PATH ("" is area), and is
 * close-on-exec. */
void expect_descriptor(struct player *player, const char *what, long long fd,
                       const char *path);

/* Writes to a file from outside of the sandbox. */
void seen_write(const char *path, const char *text);

/* Makes the cgroup PATH/NAME, and one in it, which belong to root: not the player's to remove. */
void seen_make_roots(const char *path);

#endif
