/* player.c - starting, pausing and ending a player, as a judge's author sees it; see grader.h.
 *
 * The gate is the player's stdin: after probe_ready() it reads one byte, which player_go()
 * writes. What the check wants it to read follows behind the first of these bytes.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>
#include "judge_inside.h"
#include "player_inside.h"

enum { ARGUMENTS = 64, WAIT_MILLISECONDS = 1000 };

/* --- start --------------------------------------------------------------------------------- */

static void choose_program(char *path, size_t size)
{
    (void)snprintf(path, size, "%s/probe-%s", judge.probes, judge.check->function);
    if (access(path, R_OK) == 0)
        return;
    if (judge.absent_is_reference) {
        (void)snprintf(path, size, "%s/probe-reference", judge.probes);
        if (access(path, R_OK) == 0)
            return;
    }
    judge_cannot_run("%s: %s: build it first", path, strerror(errno));
}

static void make_nonce(struct player *player)
{
    unsigned char random[16];
    if (getrandom(random, sizeof random, 0) != sizeof random)
        judge_cannot_run("getrandom: %s", strerror(errno));
    for (size_t i = 0; i < sizeof random; i++)
        (void)snprintf(player->nonce + 2 * i, 3, "%02x", random[i]);
}

/* OURS is the end that the judge keeps. */
static void make_pipe(int *ours, int *its, bool it_reads)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) == -1)
        judge_cannot_run("pipe: %s", strerror(errno));
    *ours = ends[it_reads ? 1 : 0];
    *its = ends[it_reads ? 0 : 1];
    if (fcntl(*ours, F_SETFL, O_NONBLOCK) == -1)
        judge_cannot_run("fcntl: %s", strerror(errno));
}

static struct player *new_player(const struct player_setup *setup)
{
    struct player *player = calloc(1, sizeof *player);
    if (!player)
        judge_cannot_run("no memory is left");
    player->sandbox = (struct sandbox){.control = -1, .proc = -1, .kvm_listener = -1};
    player->input = player->output = player->errors = -1;
    player->stdin_text = setup->stdin_text;
    player->seconds = setup->seconds > 0 ? setup->seconds : 10;
    /* A function that hangs in one check hangs in most; nobody waits for it five times. */
    if (judge.slow && !strcmp(judge.slow, judge.check->function) && player->seconds > 3)
        player->seconds = 3;
    bytes_add(&player->out, "", 0);
    bytes_add(&player->err, "", 0);
    bytes_add(&player->ready, "", 0);
    make_nonce(player);
    player->next = judge.players; /* from here on it ends with the check */
    judge.players = player;
    return player;
}

struct player *player_start(const struct player_setup *setup,
                            const char *const arguments[])
{
    char program[4096], nonce[64];
    choose_program(program, sizeof program);
    if (setup->kvm && access("/dev/kvm", R_OK | W_OK) == -1)
        judge_cannot_run("/dev/kvm: %s: %s", strerror(errno),
                         errno == EACCES ? "become a member of the group kvm"
                                         : "this check needs a virtual machine");

    const char *argv[ARGUMENTS + 2] = {"/probe"};
    size_t count = 0;
    while (arguments[count] && count < ARGUMENTS) {
        argv[count + 1] = arguments[count];
        count++;
    }
    struct player *player = new_player(setup);
    (void)snprintf(nonce, sizeof nonce, "BOXWORK_PLAYER=%s", player->nonce);
    const char *envp[] = {"PATH=/bin:/usr/bin", "HOME=/tmp", "LC_ALL=C", nonce, NULL};

    struct sandbox_setup inside = {
        .program = program,
        .argv = argv,
        .envp = envp,
        .rootfs = setup->rootfs,
        .file = setup->file,
        .kvm = setup->kvm,
        .as_root = setup->as_root,
        .may_gain = setup->may_gain,
        .inherit = setup->inherit,
        .seconds = player->seconds,
        .memory = setup->memory ? setup->memory : (size_t)SANDBOX_MEMORY_ALL,
        .processes = setup->processes ? setup->processes : 32,
    };
    make_pipe(&player->input, &inside.streams[0], true);
    make_pipe(&player->output, &inside.streams[1], false);
    make_pipe(&player->errors, &inside.streams[2], false);

    char why[SANDBOX_WHY];
    if (sandbox_start(&inside, &player->sandbox, why) == -1)
        judge_cannot_run("%s", why);
    for (int i = 0; i < 3; i++)
        (void)close(inside.streams[i]); /* the player has them */
    player->host_shared = player_host_shared();
    player->deadline = monotonic_seconds() + player->seconds;
    return player;
}

/* --- wait, go, end -------------------------------------------------------------------------- */

/* Its process has ended, or was ended, and all that it wrote is here. */
static bool has_ended(struct player *player)
{
    if (!player->sandbox.player_ended && player->sandbox.init > 0)
        return false;
    player_drain(player);
    if (player->out.length > OUTPUT_BYTES || player->err.length > OUTPUT_BYTES)
        player->stopped = PLAYER_OUTPUT; /* it was quicker than we were */
    return true;
}

static bool ended_by_signal(const struct player *player)
{
    return player->stopped != PLAYER_NOT_STOPPED || !player->sandbox.player_ended ||
           !WIFEXITED(player->sandbox.player_status);
}

const char *player_ready(struct player *player)
{
    while (!player->standing && !has_ended(player))
        player_pump(WAIT_MILLISECONDS);
    if (player
            ->standing) /* a line that has arrived counts, also when it has ended since */
        return player->ready.at;
    if (ended_by_signal(player))
        player_bad_end(player, ", before it could be looked at");
    judge_fail(
        "the program of the check ended with status %d before it could be looked at%s",
        WEXITSTATUS(player->sandbox.player_status), player_last_words(player));
}

static void give_stdin_text(struct player *player)
{
    if (player->stdin_text)
        bytes_add_text(&player->to_input, player->stdin_text);
    player->stdin_text = NULL;
}

void player_go(struct player *player)
{
    player->standing = false;
    bytes_add(&player->to_input, "g", 1);
    give_stdin_text(player);
    player_pump(0);
}

static void wait_for_end(struct player *player)
{
    give_stdin_text(player);
    player->close_input =
        true; /* the end of its input lets a further probe_ready go on, too */
    while (!has_ended(player))
        player_pump(WAIT_MILLISECONDS);
}

int player_end(struct player *player)
{
    wait_for_end(player);
    if (ended_by_signal(player))
        player_bad_end(player, "");
    return WEXITSTATUS(player->sandbox.player_status);
}

int player_end_any(struct player *player)
{
    wait_for_end(player);
    if (!ended_by_signal(player))
        return WEXITSTATUS(player->sandbox.player_status);
    if (player->stopped != PLAYER_NOT_STOPPED || !player->sandbox.player_ended)
        player_bad_end(player, "");
    return 128 + WTERMSIG(player->sandbox.player_status);
}

void players_end(void)
{
    for (struct player *p = judge.players; p; p = p->next)
        sandbox_end(&p->sandbox);
}

/* --- what it shows -------------------------------------------------------------------------- */

static const char *all_of(struct player *player, struct bytes *stream, size_t *length)
{
    player_pump(0);
    player_drain(player);
    if (length)
        *length = stream->length;
    return stream->at;
}

const char *player_output(struct player *player, size_t *length)
{
    return all_of(player, &player->out, length);
}

const char *player_errors(struct player *player, size_t *length)
{
    return all_of(player, &player->err, length);
}

pid_t player_pid(struct player *player)
{
    return player->sandbox.player;
}

size_t player_descendants(struct player *player, pid_t *pids, size_t most)
{
    return sandbox_processes(&player->sandbox, pids, most);
}

bool judge_wait_until(bool (*done)(void *context), void *context, double seconds)
{
    double deadline = monotonic_seconds() + seconds;
    for (;;) {
        if (done(context))
            return true;
        if (monotonic_seconds() >= deadline)
            return false;
        player_pump(2);
    }
}
