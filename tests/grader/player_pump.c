/* player_pump.c - one turn of serving the players: what they wrote, what they asked, what they
 * may still use. See player_inside.h.
 *
 * Nothing here waits for anything but poll(2), so an answer comes as soon as there is one.
 * Memory is looked at every few milliseconds while players run: a limit on each process
 * (RLIMIT_AS) says nothing about thirty of them.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "judge_inside.h"
#include "player_inside.h"

enum { PLAYERS = 8, FDS_EACH = 5, LOOK_MILLISECONDS = 20 };

double monotonic_seconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail for this clock */
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* --- its limits --------------------------------------------------------------------------- */

static size_t meminfo(const char *key)
{
    FILE *file = fopen("/proc/meminfo", "re");
    if (!file)
        return 0;
    char line[128];
    size_t kilobytes = 0, length = strlen(key);
    while (fgets(line, sizeof line, file))
        if (strncmp(line, key, length) == 0 && line[length] == ':')
            kilobytes = strtoul(line + length + 1, NULL, 10);
    (void)fclose(file); /* only read */
    return kilobytes << 10;
}

size_t player_host_shared(void)
{
    return meminfo("Shmem");
}

/* What lies in a tmpfs or memfd of the player is resident in no process. It cannot be told from
 * that of others on the host, so it counts only when the host itself runs short. */
static bool host_suffers(const struct player *player)
{
    return player_host_shared() > player->host_shared + SANDBOX_MEMORY_ALL &&
           meminfo("MemAvailable") < meminfo("MemTotal") / 4;
}

static void stop(struct player *player, enum player_stop why)
{
    if (why == PLAYER_TIME) {
        const char *state = process_status(player->sandbox.player, "State");
        player->state = state[0];
    }
    if (!player->sandbox.player_ended)
        player->stopped = why;
    sandbox_end(&player->sandbox);
    player->sandbox.player_ended = true;
}

static void hold_to_limits(struct player *player)
{
    double now = monotonic_seconds();
    if (now >= player->deadline) {
        stop(player, PLAYER_TIME);
        return;
    }
    if (player->out.length > OUTPUT_BYTES || player->err.length > OUTPUT_BYTES) {
        stop(player, PLAYER_OUTPUT);
        return;
    }
    if (now >= player->next_look) {
        player->next_look = now + LOOK_MILLISECONDS / 1e3;
        if (sandbox_resident(&player->sandbox) > SANDBOX_MEMORY_ALL ||
            host_suffers(player))
            stop(player, PLAYER_MEMORY);
    }
}

/* --- its streams -------------------------------------------------------------------------- */

/* Takes one line of probe_ready out of the output: RS "ready " NONCE " " LENGTH " " TEXT "\n".
 * Returns false when there is no (whole) one. */
static bool take_ready_line(struct player *player)
{
    struct bytes *out = &player->out;
    char *mark =
        out->at ? memchr(out->at + player->scanned, '\x1e', out->length - player->scanned)
                : NULL;
    if (!mark) {
        player->scanned = out->length;
        return false;
    }
    size_t at = (size_t)(mark - out->at), left = out->length - at;
    char begin[64];
    size_t begin_length =
        (size_t)snprintf(begin, sizeof begin, "\036ready %s ", player->nonce);
    player->scanned = at;
    if (left < begin_length && memcmp(mark, begin, left) == 0)
        return false; /* the rest is to come */
    if (left < begin_length || memcmp(mark, begin, begin_length) != 0) {
        player->scanned = at + 1; /* just a byte of its output */
        return true;
    }
    char *text;
    size_t length =
        strtoul(mark + begin_length, &text, 10); /* `out` ends with a 0 byte */
    if (length > OUTPUT_BYTES || *text != ' ') {
        player->scanned = at + 1;
        return *text != '\0';
    }
    size_t whole = (size_t)(text - mark) + 1 + length + 1;
    if (left < whole)
        return false;
    player->ready.length = 0;
    bytes_add(&player->ready, text + 1, length);
    player->standing = true;
    memmove(mark, mark + whole, left - whole + 1);
    out->length -= whole;
    return true;
}

static void take(struct player *player, int *from, struct bytes *to)
{
    char buffer[65536];
    while (*from != -1 && to->length <= OUTPUT_BYTES) {
        ssize_t got = read(*from, buffer, sizeof buffer);
        if (got > 0) {
            bytes_add(to, buffer, (size_t)got);
        } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
            (void)close(*from); /* only read */
            *from = -1;
        } else if (errno == EAGAIN) {
            break;
        }
    }
    if (to == &player->out)
        while (take_ready_line(player))
            ;
}

void player_drain(struct player *player)
{
    take(player, &player->output, &player->out);
    take(player, &player->errors, &player->err);
    player_take_crash(player);
}

static void feed(struct player *player)
{
    struct bytes *rest = &player->to_input;
    if (rest->length > 0) {
        ssize_t written = write(player->input, rest->at, rest->length);
        if (written == -1 && (errno == EAGAIN || errno == EINTR))
            return;
        if (written == -1)
            written = (ssize_t)rest->length; /* EPIPE: it does not want to read more */
        memmove(rest->at, rest->at + written, rest->length - (size_t)written);
        rest->length -= (size_t)written;
    }
    if (rest->length == 0 && player->close_input) {
        (void)close(player->input); /* all of it was written */
        player->input = -1;
    }
}

/* --- one turn ------------------------------------------------------------------------------ */

static bool is_served(const struct player *player)
{
    return player->sandbox.init > 0;
}

static void prepare(struct player *player, struct pollfd fds[FDS_EACH])
{
    bool to_feed =
        player->input != -1 && (player->to_input.length > 0 || player->close_input);
    fds[0] = (struct pollfd){.fd = player->sandbox.control, .events = POLLIN};
    fds[1] = (struct pollfd){.fd = player->output, .events = POLLIN};
    fds[2] = (struct pollfd){.fd = player->errors, .events = POLLIN};
    fds[3] = (struct pollfd){.fd = to_feed ? player->input : -1, .events = POLLOUT};
    fds[4] = (struct pollfd){.fd = player->sandbox.kvm_listener, .events = POLLIN};
}

static void serve(struct player *player, const struct pollfd fds[FDS_EACH])
{
    if (fds[1].revents)
        take(player, &player->output, &player->out);
    if (fds[2].revents)
        take(player, &player->errors, &player->err);
    if (fds[3].revents)
        feed(player);
    if (fds[4].revents & POLLIN) {
        player_answer_kvm(player);
    } else if (fds[4].revents) { /* nobody is left who could ask */
        (void)close(player->sandbox.kvm_listener);
        player->sandbox.kvm_listener = -1;
    }
    if (fds[0].revents)
        sandbox_listen(&player->sandbox);
    if (player->sandbox.lost)
        sandbox_end(&player->sandbox);
    else
        hold_to_limits(player);
}

void player_pump(int milliseconds)
{
    struct pollfd fds[PLAYERS * FDS_EACH];
    struct player *served[PLAYERS];
    nfds_t count = 0;
    for (struct player *p = judge.players; p && count < PLAYERS; p = p->next)
        if (is_served(p)) {
            prepare(p, fds + count * FDS_EACH);
            served[count++] = p;
        }
    if (milliseconds > LOOK_MILLISECONDS)
        milliseconds = LOOK_MILLISECONDS;
    if (poll(fds, count * FDS_EACH, milliseconds) == -1 && errno != EINTR)
        judge_cannot_run("poll: %s", strerror(errno));
    for (nfds_t i = 0; i < count; i++)
        serve(served[i], fds + i * FDS_EACH);
}
