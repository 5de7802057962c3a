/* test_maps.c - the checks of a map as text, users_format, and as numbers, users_outside. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "seen.h"

static const struct player_setup plain = {0};

/* --- users_format ----------------------------------------------------------------- */

/* RANGES must give TEXT, in a buffer of SIZE. */
static void must_give(const char *size, const char *ranges, const char *text)
{
    char expected[256], how[128];

    snprintf(expected, sizeof expected, "0 %zu %s", strlen(text), text);
    snprintf(how, sizeof how,
             "users_format of %s: overrun, length, text (\";\" for "
             "each new line):",
             ranges);
    struct player *player = player_start(&plain, WORDS("format", size, ranges));
    const char *said = player_ready(player);
    struct answer answer = {.result = -2};
    char shown[256];
    int overrun = -1, at = 0;
    (void)sscanf(said, "%d %d %d %n", &answer.result, &answer.error, &overrun, &at);
    expect_success("users_format", &answer);
    snprintf(shown, sizeof shown, "%d %d %.200s", overrun, answer.result, said + at);
    judge_expect_string(how, expected, shown);
}

/* RANGES must be refused. */
static void must_be_refused(const char *ranges, int error)
{
    char how[128];

    snprintf(how, sizeof how, "users_format of %s", ranges);
    struct answer answer =
        seen_answer(player_start(&plain, WORDS("format", "4096", ranges)));
    expect_failure(how, error, &answer);
}

void format_text(void **state)
{
    (void)state;
    must_give("4096", "0:1000:1", "0 1000 1;");
    must_give("4096", "0:1000:1,1:100000:65536", "0 1000 1;1 100000 65536;");
    must_give("4096", "3000000000:4000000000:5", "3000000000 4000000000 5;");
}

void format_kernel(void **state)
{
    static const struct player_setup many = {.as_root = true};
    struct player *player =
        player_start(&many, WORDS("format-kernel", "0:5:1,1000:10:20"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_success("users_format", &answer);
    expect_map(player, "uid_map", "0:5:1,1000:10:20");
}

void format_wrap(void **state)
{
    (void)state;
    must_give("4096", "0:4294967294:1", "0 4294967294 1;");
    must_be_refused("0:4294967295:1", EINVAL);
    must_be_refused("4294967295:0:1", EINVAL);
    must_be_refused("0:4294967290:100", EINVAL);
    must_be_refused("4294967290:0:100", EINVAL);
}

void format_overlap(void **state)
{
    (void)state;
    must_give("4096", "10:100:10,20:110:10,0:90:10", "10 100 10;20 110 10;0 90 10;");
    must_be_refused("0:1000:10,9:2000:10", EINVAL);
    must_be_refused("9:2000:10,0:1000:10", EINVAL);
    must_be_refused("0:1000:10,100:1009:10", EINVAL);
    must_be_refused("100:1009:10,0:1000:10", EINVAL);
    must_be_refused("0:1000:100,200:1010:5", EINVAL);
    must_be_refused("200:1010:5,0:1000:100", EINVAL);
}

void format_none(void **state)
{
    struct answer answer = seen_answer(player_start(&plain, WORDS("format-many", "340")));

    (void)state;
    must_be_refused("-", EINVAL);
    must_be_refused("0:1000:0", EINVAL);
    expect_success("users_format of 340 ranges", &answer);
    answer = seen_answer(player_start(&plain, WORDS("format-many", "341")));
    expect_failure("users_format of 341 ranges", EINVAL, &answer);
}

void format_space(void **state)
{
    struct answer answer = {.result = -2};
    int overrun = -1;

    (void)state;
    /* These are 14 bytes, and the 0 at the end is one more. */
    must_give("15", "0:0:1,1:1:100", "0 0 1;1 1 100;");
    (void)sscanf(
        player_ready(player_start(&plain, WORDS("format", "14", "0:0:1,1:1:100"))),
        "%d %d %d", &answer.result, &answer.error, &overrun);
    expect_failure("users_format, with room for 14 bytes of 15,", ENOSPC, &answer);
    judge_expect_number(
        "the bytes behind the buffer that were written (0: none, 1: some)", 0, overrun);
}

/* --- users_outside ---------------------------------------------------------------- */

/* NUMBER must be what is said, "RESULT ERRNO OUTSIDE". */
static void must_be(const char *number, const char *ranges, const char *expected)
{
    char how[160];

    snprintf(how, sizeof how, "users_outside of %s in %s: result, errno, number:", number,
             ranges);
    judge_expect_string(
        how, expected,
        player_ready(player_start(&plain, WORDS("outside", number, ranges))));
}

void outside_numbers(void **state)
{
    (void)state;
    must_be("0", "0:1000:1", "0 0 1000");
    must_be("500", "500:3000000000:100", "0 0 3000000000");
    must_be("599", "500:3000000000:100", "0 0 3000000099");
}

void outside_second(void **state)
{
    (void)state;
    must_be("1", "0:1000:1,1:100000:65536", "0 0 100000");
    must_be("65536", "0:1000:1,1:100000:65536", "0 0 165535");
    must_be("3", "100:5:1,2:50:2", "0 0 51");
}

void outside_missing(void **state)
{
    char expected[32];

    (void)state;
    snprintf(expected, sizeof expected, "-1 %d 0", ENOENT);
    must_be("1", "0:1000:1", expected);
    must_be("65537", "0:1000:1,1:100000:65536", expected);
    must_be("499", "500:1000:100", expected);
    must_be("5", "-", expected);
}
