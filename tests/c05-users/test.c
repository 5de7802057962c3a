/* test.c - the judge of lesson c05-users.
 *
 * The player (probe.c) calls one function of the learner's. Of those that change somebody, a
 * child in a user namespace or the player itself, the kernel's files tell what came of it:
 * uid_map, gid_map, setgroups, and Uid, Gid and Groups in status, all under /proc/PID, in the
 * numbers of the judge. Of those that work on text and numbers the result counts; a map is given
 * to the kernel, too. See tests/grader/grader.h.
 *
 * Here are the functions that change somebody, and the list of all checks; the others are in
 * test_maps.c and test_ranges.c, and what all of them look at is in seen.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include "seen.h"

static const struct player_setup plain = {0};
static const struct player_setup many = {.as_root = true};

/* --- users_write_map -------------------------------------------------------------- */

static void write_single(void **state)
{
    struct player *player =
        player_start(&plain, WORDS("write", "as-root", "0:0:1", "0:0:1"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_success("users_write_map", &answer);
    expect_map(player, "uid_map", "0:0:1");
    expect_map(player, "gid_map", "0:0:1");
}

static void write_deny(void **state)
{
    /* Not in a sandbox of one number: there setgroups is denied already. */
    struct player *player =
        player_start(&many, WORDS("write", "unprivileged", "7:0:1", "8:0:1"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_success("users_write_map, of oneself, without any privilege,", &answer);
    expect_map(player, "uid_map", "7:0:1");
    expect_map(player, "gid_map", "8:0:1");
    expect_setgroups(player, "deny");
}

static void write_ranges(void **state)
{
    struct player *player = player_start(
        &many, WORDS("write", "as-root", "0:5:1,1:10:20,1000:50:2", "0:6:1,1:100:200"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_success("users_write_map, of several ranges,", &answer);
    expect_map(player, "uid_map", "0:5:1,1:10:20,1000:50:2");
    expect_map(player, "gid_map", "0:6:1,1:100:200");
}

static void write_allow(void **state)
{
    struct player *player =
        player_start(&many, WORDS("write", "as-root", "0:5:10", "0:5:10"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_success("users_write_map, of ten numbers,", &answer);
    expect_setgroups(player, "allow");
}

static void write_invalid(void **state)
{
    struct player *player =
        player_start(&many, WORDS("write", "as-root", "0:0:1", "0:0:1,0:1:1"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_failure("users_write_map, with groups that overlap,", EINVAL, &answer);
    expect_map(player, "uid_map", "");
    expect_map(player, "gid_map", "");
    expect_setgroups(player, "allow");
}

static void write_refused(void **state)
{
    (void)state;
    struct answer answer =
        seen_answer(player_start(&plain, WORDS("write", "twice", "0:0:1", "0:0:1")));
    expect_failure("users_write_map, a second time,", EPERM, &answer);
    answer = seen_answer(
        player_start(&many, WORDS("write", "unprivileged", "0:5:1", "0:0:1")));
    expect_failure("users_write_map, of another user, without any privilege,", EPERM,
                   &answer);
}

static void write_gone(void **state)
{
    struct answer answer = seen_answer(player_start(&plain, WORDS("write-gone")));

    (void)state;
    expect_failure("users_write_map, for a process that does not exist,", ENOENT,
                   &answer);
}

/* --- users_become ----------------------------------------------------------------- */

static void become_user(void **state)
{
    struct player *player = player_start(&many, WORDS("become", "1234", "2345"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_success("users_become", &answer);
    expect_ids(player, "Uid", 1234);
    expect_ids(player, "Gid", 2345);
}

static void become_groups(void **state)
{
    struct player *player = player_start(&many, WORDS("become", "1234", "2345"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_success("users_become", &answer);
    expect_groups(player, NULL, 0);
}

static void become_given(void **state)
{
    struct player *player =
        player_start(&many, WORDS("become", "1234", "2345", "3001", "3002", "3003"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_success("users_become, with three groups,", &answer);
    expect_groups(player, (const unsigned[]){3001, 3002, 3003}, 3);
}

static void become_denied(void **state)
{
    struct player *player = player_start(&plain, WORDS("become-denied"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_success("users_become, without groups, where setgroups is denied,", &answer);
    expect_ids(player, "Uid", 0);
    expect_ids(player, "Gid", 0);
}

static void become_refused(void **state)
{
    (void)state;
    struct answer answer = seen_answer(player_start(&many, WORDS("become-refused")));
    expect_failure("users_become, when the groups cannot be left,", EPERM, &answer);
    answer = seen_answer(player_start(&plain, WORDS("become-denied", "0")));
    expect_failure("users_become, with a group, where setgroups is denied,", EPERM,
                   &answer);
}

static void become_nobody(void **state)
{
    struct player *player = player_start(&many, WORDS("become", "4294967295", "2345"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_failure("users_become, of the user 2^32 - 1,", EINVAL, &answer);
    expect_ids(player, "Uid", 0);
    answer = seen_answer(player_start(&many, WORDS("become", "1234", "4294967295")));
    expect_failure("users_become, of the group 2^32 - 1,", EINVAL, &answer);
    answer = seen_answer(player_start(&many, WORDS("become", "3000000000", "2345")));
    expect_failure("users_become, of a user that is not mapped,", EINVAL, &answer);
}

/* --- all checks, in their order --------------------------------------------------- */

#define FORMAT "users_format"
#define OUTSIDE "users_outside"
#define SUBORDINATE "users_subordinate"
#define DECIDE "users_decide"
#define WRITE "users_write_map"
#define BECOME "users_become"

#define PAGE_TEXT "A map is a few lines of text"
#define PAGE_RULES "Who may write what"
#define PAGE_RANGES "More than one"
#define PAGE_BECOME "To be somebody else, for good"

static const struct check checks[] = {
    {"format.text", "a line a range: inside, outside, count", FORMAT, 6, PAGE_TEXT,
     format_text},
    {"format.kernel", "the kernel takes the text, and shows these ranges", FORMAT, 3,
     PAGE_TEXT, format_kernel},
    {"format.wrap", "a range that reaches 2^32 - 1 is EINVAL", FORMAT, 4, PAGE_TEXT,
     format_wrap},
    {"format.overlap", "ranges that share a number, on either side, are EINVAL", FORMAT,
     4, PAGE_TEXT, format_overlap},
    {"format.none", "no range, an empty one and too many are EINVAL", FORMAT, 2,
     PAGE_TEXT, format_none},
    {"format.space", "what does not fit is ENOSPC, and nothing is written behind", FORMAT,
     1, PAGE_TEXT, format_space},

    {"outside.numbers", "the first and the last number of a range are translated",
     OUTSIDE, 4, PAGE_TEXT, outside_numbers},
    {"outside.second", "also in another range than the first", OUTSIDE, 3, PAGE_TEXT,
     outside_second},
    {"outside.missing", "a number that is not mapped is ENOENT", OUTSIDE, 3, PAGE_TEXT,
     outside_missing},

    {"subordinate.range", "the range of the owner, from 1 inside", SUBORDINATE, 4,
     PAGE_RANGES, subordinate_range},
    {"subordinate.whole", "al is not alice, nor alice al", SUBORDINATE, 4, PAGE_RANGES,
     subordinate_whole},
    {"subordinate.first", "of two lines the first counts", SUBORDINATE, 2, PAGE_RANGES,
     subordinate_first},
    {"subordinate.broken", "broken lines are skipped", SUBORDINATE, 3, PAGE_RANGES,
     subordinate_broken},
    {"subordinate.missing", "no line, or no file, is ENOENT", SUBORDINATE, 2, PAGE_RANGES,
     subordinate_missing},

    {"decide.alone", "without ranges: oneself as root, and nobody else", DECIDE, 4,
     PAGE_RANGES, decide_alone},
    {"decide.ranges", "with ranges: these from 1 on, by the helpers", DECIDE, 4,
     PAGE_RANGES, decide_ranges},
    {"decide.half", "ranges for users or groups alone are left unused", DECIDE, 2,
     PAGE_RANGES, decide_half},

    {"write.single", "the kernel shows both maps", WRITE, 5, PAGE_RULES, write_single},
    {"write.deny", "without privilege, setgroups is given up first", WRITE, 6, PAGE_RULES,
     write_deny},
    {"write.ranges", "several ranges are written at once", WRITE, 5, PAGE_RULES,
     write_ranges},
    {"write.allow", "with more groups than one, setgroups stays", WRITE, 3, PAGE_RULES,
     write_allow},
    {"write.invalid", "when one map is wrong, nothing is written", WRITE, 3, PAGE_RULES,
     write_invalid},
    {"write.refused", "a second time, and other users, are EPERM", WRITE, 2, PAGE_RULES,
     write_refused},
    {"write.gone", "a process that does not exist is ENOENT", WRITE, 1, PAGE_RULES,
     write_gone},

    {"become.user", "real, effective and saved numbers are the new ones", BECOME, 5,
     PAGE_BECOME, become_user},
    {"become.groups", "it is in no other group", BECOME, 4, PAGE_BECOME, become_groups},
    {"become.given", "or in those that were given", BECOME, 3, PAGE_BECOME, become_given},
    {"become.denied", "where setgroups is denied, none are asked for, and it works",
     BECOME, 3, PAGE_BECOME, become_denied},
    {"become.refused", "groups that cannot be left, or taken, are EPERM", BECOME, 3,
     PAGE_BECOME, become_refused},
    {"become.nobody", "2^32 - 1, and who is not mapped, are EINVAL", BECOME, 2,
     PAGE_BECOME, become_nobody},
};

int main(int argc, char **argv)
{
    return judge_main(argc, argv, "c05-users", checks, sizeof checks / sizeof *checks);
}
