/* seen.h - what the judge of c05-users reads of a player, and what it expects of it. */
#ifndef SEEN_H
#define SEEN_H

#include "grader.h"

/* The words for a probe: WORDS("become", "1234", "2345"). */
#define WORDS(...)                                                                       \
    (const char *const[])                                                                \
    {                                                                                    \
        __VA_ARGS__, NULL                                                                \
    }

/* Waits until the player stands still, having said "RESULT ERRNO" and more. */
struct answer {
    int result, error;
};
struct answer seen_answer(struct player *player);

/* The check fails unless FUNCTION has worked: 0 or more; or has failed with ERROR. */
void expect_success(const char *function, const struct answer *answer);
void expect_failure(const char *function, int error, const struct answer *answer);

/* The only process that the player has started; a check fails without one. */
pid_t seen_child(struct player *player);

/* What the number ID of the user namespace of PID is here; MAP is uid_map or gid_map. */
unsigned seen_outside(pid_t pid, const char *map, unsigned id);

/* The file NAME, uid_map or gid_map, of the child must have these ranges, "0:1:1,…", in the
 * numbers of the player; or none, "". */
void expect_map(struct player *player, const char *name, const char *ranges);

/* /proc/PID/setgroups of the child must be WORD: "allow" or "deny". */
void expect_setgroups(struct player *player, const char *word);

/* The real, effective and saved number of the player, of "Uid" or "Gid", must be ID inside. */
void expect_ids(struct player *player, const char *key, unsigned id);

/* The supplementary groups of the player must be these, inside, in this order. */
void expect_groups(struct player *player, const unsigned *groups, size_t count);

/* The checks of users_format and users_outside: test_maps.c. */
void format_text(void **state);
void format_kernel(void **state);
void format_wrap(void **state);
void format_overlap(void **state);
void format_none(void **state);
void format_space(void **state);
void outside_numbers(void **state);
void outside_second(void **state);
void outside_missing(void **state);

/* Those of users_subordinate and users_decide: test_ranges.c. */
void subordinate_range(void **state);
void subordinate_whole(void **state);
void subordinate_first(void **state);
void subordinate_broken(void **state);
void subordinate_missing(void **state);
void decide_alone(void **state);
void decide_ranges(void **state);
void decide_half(void **state);

#endif
