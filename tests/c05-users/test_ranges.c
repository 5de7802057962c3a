/* test_ranges.c - the checks of who may be whom: users_subordinate and users_decide. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include "seen.h"

static const struct player_setup plain = {0};

/* --- users_subordinate ------------------------------------------------------------ */

/* OWNER must find, in TEXT, "RESULT ERRNO RANGE". */
static void must_find(const char *owner, const char *text, const char *expected)
{
    char how[160];

    snprintf(how, sizeof how,
             "users_subordinate for \"%s\": result, errno, range (inside:outside:count):",
             owner);
    judge_expect_string(
        how, expected,
        player_ready(player_start(&plain, WORDS("subordinate", owner, text))));
}

static const char *nothing(void)
{
    static char expected[32];

    snprintf(expected, sizeof expected, "-1 %d 0:0:0", ENOENT);
    return expected;
}

void subordinate_range(void **state)
{
    (void)state;
    must_find("alice", "root:1:1\nalice:100000:65536\nbob:165536:65536\n",
              "0 0 1:100000:65536");
    must_find("bob", "alice:100000:65536\nbob:165536:65536", "0 0 1:165536:65536");
    must_find("1000", "1000:4000000000:10\n", "0 0 1:4000000000:10");
}

void subordinate_whole(void **state)
{
    (void)state;
    must_find("al", "alice:100000:65536\nal:300000:10\n", "0 0 1:300000:10");
    must_find("alice", "al:300000:10\nalice:100000:65536\n", "0 0 1:100000:65536");
    must_find("10", "1000:100000:65536\n", nothing());
}

void subordinate_first(void **state)
{
    (void)state;
    must_find("alice", "alice:100000:65536\nalice:300000:10\n", "0 0 1:100000:65536");
}

void subordinate_broken(void **state)
{
    (void)state;
    must_find("alice", "alice\nalice:\nalice:5\nalice:x:5\nalice:5:x\nalice:7:8\n",
              "0 0 1:7:8");
    must_find("alice", "alice:100000:0\nalice:7:8\n", "0 0 1:7:8");
    must_find("alice", "alice:100000:65536x\nalice:7:8\n", "0 0 1:7:8");
    must_find("alice", "alice:4294967290:100\nalice:7:8\n", "0 0 1:7:8");
    must_find("alice", "alice:4294967396:8\nalice:7:8\n", "0 0 1:7:8");
}

void subordinate_missing(void **state)
{
    (void)state;
    must_find("alice", "bob:100000:65536\n", nothing());
    must_find("alice", "", nothing());
    judge_expect_string(
        "users_subordinate, without the file: result, errno, range:", nothing(),
        player_ready(player_start(&plain, WORDS("subordinate", "al"))));
}

/* --- users_decide ----------------------------------------------------------------- */

static void must_decide(const char *users, const char *groups, const char *expected)
{
    char how[160];

    snprintf(how, sizeof how,
             "users_decide for 1000:2000, with %s and %s: who writes, users, groups:",
             users, groups);
    judge_expect_string(how, expected,
                        player_ready(player_start(
                            &plain, WORDS("decide", "1000", "2000", users, groups))));
}

void decide_alone(void **state)
{
    (void)state;
    must_decide("-", "-", "you 0:1000:1 0:2000:1");
}

void decide_ranges(void **state)
{
    (void)state;
    must_decide("1:100000:65536", "1:300000:100",
                "helpers 0:1000:1,1:100000:65536 0:2000:1,1:300000:100");
}

void decide_half(void **state)
{
    (void)state;
    must_decide("1:100000:65536", "-", "you 0:1000:1 0:2000:1");
    must_decide("-", "1:100000:65536", "you 0:1000:1 0:2000:1");
}
