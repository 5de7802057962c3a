/* test_live.c - the checks of filters that are installed, and of calls that ask. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include "seen.h"

static const struct player_setup plain = {.may_gain = true};

/* How many filters the kernel runs for the player. */
static int filters_of(struct player *player)
{
    return atoi(process_status(player_pid(player), "Seccomp_filters"));
}

/* What a function returned, and how many filters it has added. */
struct change {
    struct answer answer;
    int filters;
};

static struct change change_by(struct player *player)
{
    struct change change;

    (void)player_ready(player);
    int before = filters_of(player);
    player_go(player);
    change.answer = seen_answer(player);
    change.filters = filters_of(player) - before;
    return change;
}

/* --- filter_install ------------------------------------------------------------------ */

#define INSTALL "filter_install"

void install_there(void **state)
{
    struct player *player = player_start(&plain, WORDS("install", "plain"));
    struct change change = change_by(player);

    (void)state;
    expect_success(INSTALL, &change.answer);
    judge_expect_string("Seccomp in /proc/PID/status", "2",
                        process_status(player_pid(player), "Seccomp"));
    judge_expect_number("the filters that it has added, by Seccomp_filters", 1,
                        change.filters);
}

void install_acts(void **state)
{
    struct player *player = player_start(&plain, WORDS("install", "plain"));

    (void)state;
    (void)change_by(player);
    player_go(player);
    judge_expect_number("how it ended, by a call that its filter kills (128 + SIGSYS)",
                        128 + SIGSYS, player_end_any(player));
}

void install_twice(void **state)
{
    struct change change = change_by(player_start(&plain, WORDS("install", "twice")));

    (void)state;
    expect_success(INSTALL ", for the second time,", &change.answer);
    judge_expect_number("the filters that it has added, by Seccomp_filters", 2,
                        change.filters);
}

void install_refused(void **state)
{
    struct player *player = player_start(&plain, WORDS("install", "refused"));
    struct change change = change_by(player);

    (void)state;
    expect_failure(INSTALL ", without no_new_privs and CAP_SYS_ADMIN,", EACCES,
                   &change.answer);
    player = player_start(&plain, WORDS("install", "admin"));
    change = change_by(player);
    expect_success(INSTALL ", with CAP_SYS_ADMIN,", &change.answer);
    judge_expect_string("NoNewPrivs, which the caller had not set", "0",
                        process_status(player_pid(player), "NoNewPrivs"));
}

void install_broken(void **state)
{
    struct change change = change_by(player_start(&plain, WORDS("install", "broken")));

    (void)state;
    expect_failure(INSTALL ", of a program without a return,", EINVAL, &change.answer);
    judge_expect_number("the filters that it has added, by Seccomp_filters", 0,
                        change.filters);
}

/* --- filter_listen ------------------------------------------------------------------- */

#define LISTEN "filter_listen"

void listen_descriptor(void **state)
{
    struct player *player = player_start(&plain, WORDS("listen", "plain"));
    struct change change = change_by(player);
    char name[32];

    (void)state;
    expect_success(LISTEN, &change.answer);
    judge_expect_number("the filters that it has added, by Seccomp_filters", 1,
                        change.filters);
    (void)snprintf(name, sizeof name, "fd/%d", change.answer.result);
    judge_expect_string("the descriptor that was returned", "anon_inode:seccomp notify",
                        process_link(player_pid(player), name));
}

void listen_asks(void **state)
{
    struct player *player = player_start(&plain, WORDS("asked"));
    int result = -2, error = 0, number = -1, same = 0;

    (void)state;
    (void)sscanf(player_ready(player), "%d %d %d %d", &result, &error, &number, &same);
    expect_success("filter_receive, with the listener", &(struct answer){result, error});
    judge_expect_number("the call that waits there", SYS_mkdir, number);
    judge_expect_number("whether its caller is the one that asked", 1, same);
}

void listen_refused(void **state)
{
    struct change change = change_by(player_start(&plain, WORDS("listen", "refused")));

    (void)state;
    expect_failure(LISTEN ", without no_new_privs and CAP_SYS_ADMIN,", EACCES,
                   &change.answer);
}

void listen_second(void **state)
{
    struct change change = change_by(player_start(&plain, WORDS("listen", "second")));

    (void)state;
    expect_failure(LISTEN ", where there is a listener already,", EBUSY, &change.answer);
}

/* --- filter_answer ------------------------------------------------------------------- */

#define ANSWER "filter_answer"

/* What has come back to the one that asked. */
struct reply {
    struct answer answer; /* of filter_answer */
    int back, error, made;
    long result;
};

static struct reply reply_to(const char *error, const char *value)
{
    struct player *player = player_start(&plain, WORDS("answer", error, value));
    struct reply reply = {.answer = {-2, 0}};

    (void)sscanf(player_ready(player), "%d %d back %d %ld %d made %d",
                 &reply.answer.result, &reply.answer.error, &reply.back, &reply.result,
                 &reply.error, &reply.made);
    expect_success(ANSWER, &reply.answer);
    judge_expect_number("whether the call has come back", 1, reply.back);
    return reply;
}

void answer_error(void **state)
{
    struct reply reply = reply_to("13", "0");

    (void)state;
    judge_expect_number("what mkdir(2) returned, after the answer EACCES", -1,
                        reply.result);
    judge_expect_errno("mkdir(2), after the answer EACCES,", EACCES, reply.error);
    reply = reply_to("1", "77");
    judge_expect_number("what mkdir(2) returned, after EPERM and a value", -1,
                        reply.result);
    judge_expect_errno("mkdir(2), after the answer EPERM,", EPERM, reply.error);
}

void answer_value(void **state)
{
    struct reply reply = reply_to("0", "4711");

    (void)state;
    judge_expect_number("what mkdir(2) returned, after the answer 4711", 4711,
                        reply.result);
    reply = reply_to("0", "81985529216486895");
    judge_expect_number("what mkdir(2) returned, after a larger one", 81985529216486895,
                        reply.result);
}

void answer_undone(void **state)
{
    struct reply reply = reply_to("0", "0");

    (void)state;
    judge_expect_number("what mkdir(2) returned, after the answer 0", 0, reply.result);
    judge_expect_number("whether there is a directory now", 0, reply.made);
}

void answer_gone(void **state)
{
    struct answer answer =
        seen_answer(player_start(&plain, WORDS("answer", "1", "0", "gone")));

    (void)state;
    expect_failure(ANSWER ", when the caller was killed,", ENOENT, &answer);
}
