/* seen.c - what the judge of c08-seccomp reads of a player, and what it expects of it. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include "seen.h"

const char *word_of(unsigned long long number)
{
    static char texts[4][24];
    static int next;
    char *text = texts[next++ % 4];

    (void)snprintf(text, sizeof texts[0], "%llu", number);
    return text;
}

struct answer seen_answer(struct player *player)
{
    struct answer answer = {.result = -2};

    (void)sscanf(player_ready(player), "%d %d", &answer.result, &answer.error);
    return answer;
}

void expect_success(const char *function, const struct answer *answer)
{
    if (answer->result < 0)
        judge_fail("%s must work here; it returned %d, errno %d (%s)", function,
                   answer->result, answer->error, strerror(answer->error));
}

void expect_failure(const char *function, int error, const struct answer *answer)
{
    if (answer->result != -1)
        judge_fail("%s must return -1 here, with errno %s; it returned %d", function,
                   strerrorname_np(error), answer->result);
    judge_expect_errno(function, error, answer->error);
}
