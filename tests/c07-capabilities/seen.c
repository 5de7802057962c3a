/* seen.c - what the judge of c07-capabilities reads of a player, and what it expects of it. */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "seen.h"

const char *word_of(uint64_t set)
{
    static char texts[4][20];
    static int next;
    char *text = texts[next++ % 4];

    snprintf(text, sizeof *texts, "%" PRIx64, set);
    return text;
}

uint64_t seen_all(void)
{
    int last = 0;
    FILE *file = fopen("/proc/sys/kernel/cap_last_cap", "re");

    if (!file || fscanf(file, "%d", &last) != 1 || last < 1 || last > 62)
        judge_cannot_run("/proc/sys/kernel/cap_last_cap cannot be read");
    fclose(file);
    return (ONE(last) << 1) - 1;
}

struct answer seen_answer(struct player *player)
{
    struct answer answer = {.result = -2};

    (void)sscanf(player_ready(player), "%d %d %llx", &answer.result, &answer.error,
                 &answer.set);
    return answer;
}

void expect_success(const char *function, const struct answer *answer)
{
    if (answer->result != 0)
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

/* Up to four names, for a message. */
static const char *names_of(uint64_t set, char *text, size_t size)
{
    size_t length = 0;
    int count = 0;

    snprintf(text, size, "none");
    for (int number = 0; number < 64 && length < size; number++) {
        if (!(set & ONE(number)))
            continue;
        char *name = count < 4 ? cap_to_name(number) : NULL;
        if (count++ < 4)
            length += (size_t)snprintf(text + length, size - length, "%s%s",
                                       length ? ", " : "", name ? name : "?");
        (void)cap_free(name); /* fails for NULL, which has nothing to free */
    }
    if (count > 4 && length < size)
        snprintf(text + length, size - length, " and %d others", count - 4);
    return text;
}

void expect_set(struct player *player, const char *key, uint64_t expected)
{
    expect_set_of(player_pid(player), key, expected);
}

void expect_set_of(pid_t pid, const char *key, uint64_t expected)
{
    uint64_t shown = strtoull(process_status(pid, key), NULL, 16);
    char more[128], less[128];

    if (shown == expected)
        return;
    judge_fail("%s in /proc/PID/status must be %016" PRIx64 "; it is %016" PRIx64
               "\ntoo many: %s; missing: %s",
               key, expected, shown, names_of(shown & ~expected, more, sizeof more),
               names_of(expected & ~shown, less, sizeof less));
}

/* The number outside of ID, by the map FILE of the player. */
static unsigned outside_of(pid_t pid, const char *file, unsigned id)
{
    const char *map = process_file(pid, file);
    unsigned inside, outside, count;
    int length;

    for (; sscanf(map, "%u %u %u%n", &inside, &outside, &count, &length) == 3;
         map += length) {
        if (id >= inside && id - inside < count)
            return outside + (id - inside);
    }
    judge_cannot_run("user %u is not in /proc/PID/%s of the player", id, file);
}

void expect_ids(pid_t pid, const char *key, const char *map, unsigned id)
{
    unsigned outside = outside_of(pid, map, id), real = 0, effective = 0, saved = 0;

    (void)sscanf(process_status(pid, key), "%u %u %u", &real, &effective, &saved);
    if (real != outside || effective != outside || saved != outside)
        judge_fail("%s in /proc/PID/status, real, effective and saved, must be %u (which "
                   "is %u inside); it is %u %u %u",
                   key, outside, id, real, effective, saved);
}
