/* seen.h - what the judge of c02-chroot reads of a player, and what it expects of it. An
 * expectation that is not met ends the check; see tests/grader/grader.h.
 */
#ifndef SEEN_H
#define SEEN_H

#include <stdbool.h>
#include <sys/types.h>
#include "grader.h"

/* The arguments of a probe. */
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* A user and a group that nobody has, INHERITED descriptors of a directory. */
enum { USER = 1234, GROUP = 2345, INHERITED = 3 };

/* Starts the probe with the kit's root as /rootfs. */
struct player *seen_start(struct player_setup setup, const char *const *words);

/* What a function of the learner's returned, as the player says. */
struct answer {
    int result, error;
    int status;      /* of chroot_run */
    char failed[64]; /* of chroot_run and chroot_execute; "-" for NULL */
};

/* Waits until the player has called the function. */
struct answer seen_answer(struct player *player);

/* Lets a player that stands before the call make it, and waits. */
struct answer seen_answer_after(struct player *player);

void expect_success(const char *function, const struct answer *answer);
void expect_failure(const char *function, int error, const struct answer *answer);

/* A directory, as the kernel knows it. */
struct place {
    dev_t device;
    ino_t inode;
};

/* The directory that /proc/PID/NAME leads to. */
struct place seen_place(pid_t pid, const char *name);

void expect_same_place(const char *what, struct place before, struct place after);

/* /proc/PID/NAME must lead to the new root. */
void expect_inside(pid_t pid, const char *name);

/* The ids of a process (KEY "Uid", MAP "uid_map", or "Gid", "gid_map") must be ID, as the
 * sandbox numbers them: real, effective and saved when ALL, else the effective one. */
void expect_ids(pid_t pid, const char *key, const char *map, unsigned id, bool all);

void expect_no_groups(pid_t pid);

/* Whether the process is /bin/sleep of the new root. */
bool seen_sleep(pid_t pid);

/* The checks of chroot_execute and chroot_run: see test_run.c. */
void execute_inside(void **state);
void execute_arguments(void **state);
void execute_user(void **state);
void execute_descriptors(void **state);
void execute_root(void **state);
void execute_program(void **state);
void run_inside(void **state);
void run_status(void **state);
void run_descriptors(void **state);
void run_missing(void **state);
void run_root(void **state);
void run_denied(void **state);
void run_caller(void **state);
void run_leftovers(void **state);
void run_interrupted(void **state);

#endif
