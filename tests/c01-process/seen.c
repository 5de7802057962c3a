/* seen.c - what the judge of c01-process reads of a player, and what it expects of it. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include "seen.h"

enum { MOST = 16 };

struct player *seen_start(int inherit, const char *const *words)
{
    struct player_setup setup = {
        .rootfs = judge_rootfs(), .inherit = inherit, .seconds = 5};

    return player_start(&setup, words);
}

/* --- what the player says it got -------------------------------------------------- */

struct answer seen_answer(struct player *player)
{
    struct answer answer = {.result = -2};

    (void)sscanf(player_ready(player), "%d %d %d", &answer.result, &answer.error,
                 &answer.number);
    return answer;
}

struct answer seen_answer_after(struct player *player)
{
    (void)player_ready(player);
    player_go(player);
    return seen_answer(player);
}

void expect_result(const char *function, int result, const struct answer *answer)
{
    if (answer->result != result)
        judge_fail("%s must return %d here; it returned %d, errno %d (%s)", function,
                   result, answer->result, answer->error, strerror(answer->error));
}

void expect_failure(const char *function, int error, const struct answer *answer)
{
    if (answer->result != -1)
        judge_fail("%s must return -1 here, with errno %s; it returned %d", function,
                   strerrorname_np(error), answer->result);
    judge_expect_errno(function, error, answer->error);
}

/* --- children --------------------------------------------------------------------- */

struct wanted {
    struct player *player;
    const char *program;
    pid_t pid;
};

static bool find_child(void *context)
{
    struct wanted *wanted = context;
    pid_t pids[MOST];
    char name[64];
    size_t count = player_descendants(wanted->player, pids, MOST);

    snprintf(name, sizeof name, "%s\n", wanted->program);
    for (size_t i = 0; i < count && i < MOST; i++) {
        if (strcmp(process_file(pids[i], "comm"), name) == 0)
            wanted->pid = pids[i];
    }
    return wanted->pid != 0;
}

pid_t seen_child(struct player *player, const char *program)
{
    struct wanted wanted = {.player = player, .program = program};

    (void)judge_wait_until(find_child, &wanted, 2); /* 0 says that there is none */
    return wanted.pid;
}

char seen_state(pid_t pid)
{
    return *process_status(pid, "State");
}

struct becoming {
    pid_t pid;
    char state;
};

static bool has_become(void *context)
{
    const struct becoming *becoming = context;

    return seen_state(becoming->pid) == becoming->state;
}

bool seen_becomes(pid_t pid, char state)
{
    struct becoming becoming = {pid, state};

    return judge_wait_until(has_become, &becoming, 2);
}

size_t seen_descendants(struct player *player, size_t *zombies)
{
    pid_t pids[MOST];
    size_t count = player_descendants(player, pids, MOST), dead = 0;

    for (size_t i = 0; i < count && i < MOST; i++)
        dead += seen_state(pids[i]) == 'Z';
    if (zombies)
        *zombies = dead;
    return count;
}
