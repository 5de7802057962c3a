/* test_become.c - the checks of what outlives a change of user, and of what execve may give. */
#define _GNU_SOURCE
#include <errno.h>
#include "seen.h"

enum { NOBODY = 65534 };

static const struct player_setup with_users = {.as_root = true};

/* A player that is user 0 of a namespace with many users. */
static struct player *start(const char *const words[], struct answer *answer)
{
    struct player *player = player_start(&with_users, words);

    *answer = seen_answer(player);
    return player;
}

/* --- capabilities_keep ------------------------------------------------------------ */

void keep_on(void **state)
{
    struct answer answer;
    struct player *player = start(WORDS("keep", "on"), &answer);

    (void)state;
    expect_success("capabilities_keep(true)", &answer);
    expect_set(player, "CapPrm", seen_all());
    expect_set(player, "CapEff", 0);
}

void keep_off(void **state)
{
    struct answer answer;
    struct player *player = start(WORDS("keep", "off"), &answer);

    (void)state;
    expect_success("capabilities_keep(false)", &answer);
    expect_set(player, "CapPrm", 0);
}

void keep_locked(void **state)
{
    struct answer answer;
    struct player *player = start(WORDS("keep", "locked"), &answer);

    (void)state;
    expect_failure("capabilities_keep(true), with SECBIT_KEEP_CAPS_LOCKED,", EPERM,
                   &answer);
    expect_set(player, "CapPrm", 0);
}

/* --- capabilities_no_new_privileges ----------------------------------------------- */

#define NNP "capabilities_no_new_privileges"

void nnp_set(void **state)
{
    const struct player_setup open = {.may_gain = true};
    struct player *player = player_start(&open, WORDS("no-new-privileges"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_success(NNP, &answer);
    judge_expect_string("NoNewPrivs in /proc/PID/status", "1",
                        process_status(player_pid(player), "NoNewPrivs"));
}

void nnp_setuid(void **state)
{
    const struct player_setup open = {.may_gain = true, .as_root = true};
    struct player *player = player_start(&open, WORDS("no-new-privileges", "setuid"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_success(NNP, &answer);
    pid_t child;
    judge_expect_number("the number of processes that were started", 1,
                        (long long)player_descendants(player, &child, 1));
    expect_ids(child, "Uid", "uid_map", NOBODY);
    expect_set_of(child, "CapEff", 0);
}

void nnp_bare(void **state)
{
    const struct player_setup open = {.may_gain = true};
    struct player *player = player_start(&open, WORDS("no-new-privileges", "bare"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_success(NNP ", without any capability,", &answer);
    judge_expect_string("NoNewPrivs in /proc/PID/status", "1",
                        process_status(player_pid(player), "NoNewPrivs"));
}

/* --- capabilities_become ---------------------------------------------------------- */

#define BECOME "capabilities_become"

/* The list of the module that matters here: what changes users is in it. */
#define USUAL                                                                            \
    (ONE(CAP_CHOWN) | ONE(CAP_KILL) | ONE(CAP_SETGID) | ONE(CAP_SETUID) |                \
     ONE(CAP_SETPCAP) | ONE(CAP_NET_RAW))

static void expect_all_five(struct player *player, uint64_t keep)
{
    expect_set(player, "CapBnd", keep);
    expect_set(player, "CapPrm", keep);
    expect_set(player, "CapEff", keep);
    expect_set(player, "CapInh", 0);
    expect_set(player, "CapAmb", 0);
}

void become_sets(void **state)
{
    struct answer answer;
    struct player *player =
        start(WORDS("become", "65534", word_of(USUAL), "full"), &answer);

    (void)state;
    expect_success(BECOME, &answer);
    expect_all_five(player, USUAL);
}

void become_user(void **state)
{
    struct answer answer;
    struct player *player =
        start(WORDS("become", "65534", word_of(ONE(CAP_KILL))), &answer);

    (void)state;
    expect_success(BECOME, &answer);
    expect_ids(player_pid(player), "Uid", "uid_map", NOBODY);
    expect_ids(player_pid(player), "Gid", "gid_map", NOBODY);
    judge_expect_string("Groups in /proc/PID/status", "",
                        process_status(player_pid(player), "Groups"));
}

void become_root(void **state)
{
    struct answer answer;
    struct player *player = start(WORDS("become", "0", word_of(USUAL)), &answer);

    (void)state;
    expect_success(BECOME, &answer);
    expect_ids(player_pid(player), "Uid", "uid_map", 0);
    expect_all_five(player, USUAL);
}

void become_off(void **state)
{
    struct answer answer;
    struct player *player =
        start(WORDS("become", "65534", word_of(USUAL), "again"), &answer);

    (void)state;
    expect_success(BECOME, &answer);
    expect_set(player, "CapPrm", 0);
}

void become_lost(void **state)
{
    struct answer answer;

    (void)state;
    (void)start(WORDS("become", "65534", word_of(USUAL), "lost"), &answer);
    expect_failure(BECOME ", with one that is not permitted any more,", EPERM, &answer);
}
