/* seen.c - what the judge of c05-users reads of a player, and what it expects of it. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "seen.h"

/* --- what the player says it got -------------------------------------------------- */

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

/* --- what the kernel shows -------------------------------------------------------- */

pid_t seen_child(struct player *player)
{
    pid_t child;
    size_t count = player_descendants(player, &child, 1);

    judge_expect_number("the number of processes in the sandbox beside the player", 1,
                        (long long)count);
    return child;
}

unsigned seen_outside(pid_t pid, const char *map, unsigned id)
{
    const char *line = process_file(pid, map);
    unsigned inside, outside, count;

    for (; line && *line; line = strchr(line, '\n'), line += line != NULL) {
        if (sscanf(line, "%u %u %u", &inside, &outside, &count) == 3 && id >= inside &&
            id - inside < count)
            return outside + (id - inside);
    }
    judge_cannot_run("the number %u does not exist in the sandbox", id);
}

void expect_map(struct player *player, const char *name, const char *ranges)
{
    char expected[256] = "", shown[256] = "", line[64], what[64];
    unsigned inside, outside, count;
    pid_t child = seen_child(player);

    for (const char *at = ranges; *at; at += strcspn(at, ","), at += *at == ',') {
        if (sscanf(at, "%u:%u:%u", &inside, &outside, &count) != 3)
            judge_cannot_run("a range of this check is wrong");
        snprintf(line, sizeof line, "%u %u %u; ", inside,
                 seen_outside(player_pid(player), name, outside), count);
        strncat(expected, line, sizeof expected - strlen(expected) - 1);
    }
    for (const char *at = process_file(child, name); at && *at;
         at = strchr(at, '\n'), at += at != NULL) {
        if (sscanf(at, "%u %u %u", &inside, &outside, &count) != 3)
            continue;
        snprintf(line, sizeof line, "%u %u %u; ", inside, outside, count);
        strncat(shown, line, sizeof shown - strlen(shown) - 1);
    }
    snprintf(what, sizeof what, "/proc/PID/%s of the process, seen from here,", name);
    judge_expect_string(what, expected, shown);
}

void expect_setgroups(struct player *player, const char *word)
{
    char shown[16] = "";

    (void)sscanf(process_file(seen_child(player), "setgroups"), "%15s", shown);
    judge_expect_string("/proc/PID/setgroups of the process", word, shown);
}

void expect_ids(struct player *player, const char *key, unsigned id)
{
    static const char *const kinds[] = {"real", "effective", "saved"};
    pid_t pid = player_pid(player);
    unsigned ids[3];
    unsigned expected = seen_outside(pid, *key == 'U' ? "uid_map" : "gid_map", id);

    if (sscanf(process_status(pid, key), "%u %u %u", &ids[0], &ids[1], &ids[2]) != 3)
        judge_fail("%s of the process cannot be seen: it has ended", key);
    for (int i = 0; i < 3; i++) {
        if (ids[i] != expected)
            judge_fail(
                "the %s %s must be %u (%u outside of the sandbox); it is %u outside",
                kinds[i], key, id, expected, ids[i]);
    }
}

void expect_groups(struct player *player, const unsigned *groups, size_t count)
{
    char expected[128] = "";
    pid_t pid = player_pid(player);

    for (size_t i = 0; i < count; i++) {
        size_t used = strlen(expected);
        snprintf(expected + used, sizeof expected - used, "%s%u", i ? " " : "",
                 seen_outside(pid, "gid_map", groups[i]));
    }
    judge_expect_string("Groups in /proc/PID/status", expected,
                        process_status(pid, "Groups"));
}
