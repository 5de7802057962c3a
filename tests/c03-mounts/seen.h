/* seen.h - what the judge of c03-mounts reads of a player: its mount table, and files as
 * it sees them. An expectation that is not met ends the check; see tests/grader/grader.h.
 */
#ifndef SEEN_H
#define SEEN_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>
#include "grader.h"

/* The arguments of a probe. */
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Where the probe makes its image. */
#define IMAGE "/tmp/image"

/* What a function of the learner's returned, as the player says. */
struct answer {
    int result, error;
};

/* Starts the probe. */
struct player *seen_start(const char *const *words);

/* Waits until the player has called the function. */
struct answer seen_answer(struct player *player);

/* Lets a player that stands before the call make it, and waits. */
struct answer seen_answer_after(struct player *player);

void expect_success(const char *function, const struct answer *answer);
void expect_failure(const char *function, int error, const struct answer *answer);

/* One line of /proc/PID/mountinfo; proc(5) numbers its fields. */
struct mount {
    int id;
    char point[512];   /* (5) where it is mounted, seen from the root of the process */
    char options[256]; /* (6) of this mount: "ro,nosuid" */
    char propagation[128]; /* (7) "shared:1 master:2", "" when it is private */
    char type[64];         /* (9) */
    char super[256];       /* (11) options of the file system */
};

/* How many mounts the player has, and of these, how many at POINT. */
int seen_mounts(struct player *player);
int seen_mounts_at(struct player *player, const char *point);

/* The topmost mount at POINT; the check fails when there is none. */
struct mount seen_mount(struct player *player, const char *point);

/* Calls LOOK for each mount of the player, in the order of the table. */
void seen_each_mount(struct player *player,
                     void (*look)(const struct mount *mount, void *context),
                     void *context);

/* Whether OPTIONS ("ro,nosuid") has the word OPTION. */
bool seen_option(const char *options, const char *option);

/* PATH as the player sees it, or what its /proc/PID/NAME ("fd/3", "cwd") leads to. The
 * check fails when it cannot be seen. */
struct stat seen_path(struct player *player, const char *path);
struct stat seen_link(struct player *player, const char *name);
bool seen_exists(struct player *player, const char *path);

/* Descriptor FD of the player must be PATH as the player sees it. */
void expect_descriptor(struct player *player, int fd, const char *path);

bool same_file(const struct stat *a, const struct stat *b);

/* The checks of what changes the root of the process: see test_root.c. */
void private_all(void **state);
void private_refused(void **state);
void root_mount(void **state);
void root_recursive(void **state);
void root_fails(void **state);
void pivot_root(void **state);
void pivot_directory(void **state);
void pivot_gone(void **state);
void pivot_fails(void **state);

/* The checks of what is mounted inside: see test_inside.c. */
void attach_type(void **state);
void attach_attributes(void **state);
void attach_link(void **state);
void attach_fails(void **state);
void volume_directory(void **state);
void volume_file(void **state);
void volume_read_only(void **state);
void volume_link(void **state);
void mask_file(void **state);
void mask_directory(void **state);
void mask_missing(void **state);
void mask_null(void **state);

#endif
