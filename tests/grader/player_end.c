/* player_end.c - a player that did not end well: what to say about it.
 *
 * The kernel says how it ended; where it crashed is what its own handler wrote (probe.c), which
 * is no proof of anything and only helps to find the line.
 */
#define _GNU_SOURCE
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "judge_inside.h"
#include "player_inside.h"

static const char crash_mark[] = "\036crash ";

void player_take_crash(struct player *player)
{
    struct bytes *err = &player->err;
    if (!err->at)
        return;
    char *mark;
    while ((mark = memmem(err->at, err->length, crash_mark, sizeof crash_mark - 1))) {
        size_t left = err->length - (size_t)(mark - err->at);
        char *end = memchr(mark, '\n', left);
        if (!end)
            return; /* the rest is to come, or never will */
        char *addresses = mark + sizeof crash_mark - 1;
        player->crash.length = 0;
        bytes_add(&player->crash, addresses, (size_t)(end - addresses));
        memmove(mark, end + 1, left - (size_t)(end + 1 - mark) + 1);
        err->length -= (size_t)(end + 1 - mark);
    }
}

const char *player_last_words(const struct player *player)
{
    static char words[512];
    const char *text = player->err.at ? player->err.at : "";
    size_t length = player->err.length;
    while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == ' '))
        length--;
    size_t start = length;
    while (start > 0 && text[start - 1] != '\n')
        start--;
    if (start == length)
        return "";
    char *shown = text_printable(text + start, length - start, 100);
    (void)snprintf(words, sizeof words, "; it wrote: %s", shown); /* 4 * 100 bytes fit */
    free(shown);
    return words;
}

/* --- where it crashed ---------------------------------------------------------------------- */

/* True when the source FILE of the debug information is one of the learner's. */
static bool is_learners(const char *file)
{
    char real[PATH_MAX], module[PATH_MAX];
    if (!judge.module || !realpath(judge.module, module) || !realpath(file, real))
        return false;
    size_t length = strlen(module);
    return strncmp(real, module, length) == 0 &&
           (real[length] == '/' || real[length] == '\0');
}

/* The addresses come from the player: only what is a number reaches the command line. */
static size_t as_arguments(const char *addresses, char room[][24], size_t most)
{
    size_t count = 0;
    for (const char *at = addresses; count < most;) {
        char *end;
        unsigned long long address = strtoull(at, &end, 16);
        if (end == at)
            break;
        /* Behind the first one are return addresses: the call is the instruction before. */
        (void)snprintf(room[count], sizeof room[count], "%#llx",
                       count > 0 && address > 0 ? address - 1 : address);
        count++;
        at = end;
    }
    return count;
}

const char *crash_place(const char *program, const char *addresses)
{
    static char place[128];
    char room[16][24];
    size_t count = as_arguments(addresses, room, 16);
    char command[PATH_MAX + 512];
    place[0] = '\0';
    if (count == 0 || strchr(program, '\''))
        return place;
    int length = snprintf(command, sizeof command, "addr2line -e '%s'", program);
    for (size_t i = 0; i < count; i++)
        length +=
            snprintf(command + length, sizeof command - (size_t)length, " %s", room[i]);
    FILE *lines = popen(command, "re");
    if (!lines)
        return place;
    char line[PATH_MAX];
    while (fgets(line, sizeof line, lines)) {
        char *colon = strrchr(line, ':');
        if (!colon || place[0])
            continue;
        *colon = '\0';
        if (!is_learners(line) || atoi(colon + 1) <= 0)
            continue;
        const char *name = strrchr(line, '/');
        (void)snprintf(place, sizeof place, "%.80s:%d", name ? name + 1 : line,
                       atoi(colon + 1));
    }
    (void)pclose(lines); /* without addr2line there is no line, and that is all */
    return place;
}

/* --- verdicts ------------------------------------------------------------------------------- */

static const char *what_it_did(char state)
{
    switch (state) {
    case 'R':
        return "it was still computing: a loop without an end?";
    case 'T':
    case 't':
        return "it was stopped, and nobody lets it go on";
    case 'S':
    case 'D':
        return "it was waiting for something that did not come";
    default:
        return "it had no end";
    }
}

_Noreturn static void stopped_end(struct player *player)
{
    switch (player->stopped) {
    case PLAYER_TIME:
        judge_end(GRADE_TIMED_OUT, "no end after %g seconds; %s%s", player->seconds,
                  what_it_did(player->state), player_last_words(player));
    case PLAYER_OUTPUT:
        judge_fail(
            "endless output: more than 1 MiB was written, and the program was ended");
    default:
        judge_fail(
            "more than %d MiB of memory were in use, by all its processes together, and "
            "the program was ended",
            SANDBOX_MEMORY_ALL >> 20);
    }
}

_Noreturn static void signal_end(struct player *player, const char *during)
{
    int number = WTERMSIG(player->sandbox.player_status);
    if (number == SIGXCPU)
        judge_end(GRADE_TIMED_OUT,
                  "no end after %g seconds of computing: a loop without an end?",
                  player->seconds);
    if (number == SIGXFSZ)
        judge_fail("a file of more than %d MiB was written (SIGXFSZ)%s",
                   SANDBOX_FILE_BYTES >> 20, during);
    char program[PATH_MAX];
    (void)snprintf(program, sizeof program, "%s/probe-%s", judge.probes,
                   judge.check->function);
    const char *place =
        player->crash.length > 0 ? crash_place(program, player->crash.at) : "";
    judge_end(GRADE_CRASHED, "SIG%s (%s)%s%s%s%s",
              sigabbrev_np(number) ? sigabbrev_np(number) : "?", strsignal(number),
              place[0] ? " at " : "", place, during, player_last_words(player));
}

_Noreturn void player_bad_end(struct player *player, const char *during)
{
    if (player->stopped != PLAYER_NOT_STOPPED)
        stopped_end(player);
    if (!player->sandbox.player_ended)
        judge_end(GRADE_CRASHED,
                  "everything in the sandbox was killed, and not by its limits");
    signal_end(player, during);
}
