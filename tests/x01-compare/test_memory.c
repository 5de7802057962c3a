/* test_memory.c - the checks of measure_memory, measure_tree and measure_group.
 *
 * The player has a family of processes that share memory. What is fair is what the kernel says of
 * each of them in /proc/PID/smaps_rollup, which is read here, of processes that stand still.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "seen.h"

enum { MIB = 1024 * 1024, FAMILY = 8 };

/* Both read at different moments, and the player's own pages change hands between them. */
static const int64_t tolerance = MIB / 2;

struct answer {
    int64_t bytes;
    int error;
};

static struct answer answer_of(struct player *player)
{
    struct answer answer = {.bytes = -2};

    (void)sscanf(player_ready(player), "%" SCNd64 " %d", &answer.bytes, &answer.error);
    return answer;
}

/* The value of KEY in /proc/PID/smaps_rollup, in bytes. */
static int64_t rollup(pid_t pid, const char *key)
{
    const char *text = process_file(pid, "smaps_rollup"), *line = strstr(text, key);

    if (!line)
        judge_cannot_run("/proc/%d/smaps_rollup cannot be read", (int)pid);
    return strtoll(line + strlen(key), NULL, 10) * 1024;
}

static double mib(int64_t bytes)
{
    return (double)bytes / MIB;
}

/* Whether it is near; the kernel's figure is SHOWN. */
static bool is_near(int64_t said, int64_t shown)
{
    return said > shown - tolerance && said < shown + tolerance;
}

static void expect_failure(const char *function, int error, const struct answer *answer)
{
    if (answer->bytes != -1)
        judge_fail("%s must return -1; it returned %" PRId64, function, answer->bytes);
    judge_expect_errno(function, error, answer->error);
}

/* --- measure_memory ----------------------------------------------------------------- */

void memory_share(void **state)
{
    struct player *player = player_start(&(struct player_setup){0}, WORDS("memory"));
    struct answer answer = answer_of(player);
    pid_t child;

    (void)state;
    judge_expect_number("the number of processes that were started", 1,
                        (long long)player_descendants(player, &child, 1));
    int64_t shown = rollup(child, "\nPss:"), resident = rollup(child, "\nRss:");
    if (!is_near(answer.bytes, shown))
        judge_fail("measure_memory must return the Pss of /proc/PID/smaps_rollup, %.1f "
                   "MiB in bytes; it returned %" PRId64 " (%.1f MiB)\nthe Rss of this "
                   "process is %.1f MiB, because it shares 16 of them with another one",
                   mib(shown), answer.bytes, mib(answer.bytes), mib(resident));
}

void memory_gone(void **state)
{
    struct answer answer =
        answer_of(player_start(&(struct player_setup){0}, WORDS("memory-gone")));

    (void)state;
    expect_failure("measure_memory of a process that is not there", ENOENT, &answer);
}

void memory_ended(void **state)
{
    struct answer answer =
        answer_of(player_start(&(struct player_setup){0}, WORDS("memory-gone", "ended")));

    (void)state;
    expect_failure("measure_memory of a process that has ended, and was not waited for",
                   ESRCH, &answer);
}

/* --- measure_tree ------------------------------------------------------------------- */

/* The parent of PID, as the judge's /proc numbers it. */
static pid_t parent_of(pid_t pid)
{
    return (pid_t)atoi(process_status(pid, "PPid"));
}

/* The player's children are the neighbour and then the first of the family; the others are below
 * that one. */
static void expect_family(const char *kind, size_t size, const char *who)
{
    const struct player_setup setup = {.memory = (size_t)512 * MIB};
    struct player *player = player_start(&setup, WORDS("family", kind));
    struct answer answer = answer_of(player);
    pid_t pids[FAMILY], first = 0;
    size_t count = player_descendants(player, pids, FAMILY);
    int64_t sum = 0, resident = 0;

    judge_expect_number("the number of processes that were started", (long long)size + 1,
                        (long long)count);
    for (size_t i = 0; i < count; i++)
        if (parent_of(pids[i]) == player_pid(player) && pids[i] > first)
            first = pids[i];
    for (size_t i = 0; i < count; i++) {
        if (pids[i] != first && parent_of(pids[i]) == player_pid(player))
            continue; /* the neighbour */
        sum += rollup(pids[i], "\nPss:");
        resident += rollup(pids[i], "\nRss:");
    }
    if (!is_near(answer.bytes, sum))
        judge_fail("measure_tree of %s must be the sum of their Pss, %.1f MiB in bytes; "
                   "it returned %" PRId64 " (%.1f MiB)\nthe sum of their Rss is %.1f MiB",
                   who, mib(sum), answer.bytes, mib(answer.bytes), mib(resident));
}

void tree_alone(void **state)
{
    (void)state;
    expect_family("alone", 1, "a process without children");
}

void tree_child(void **state)
{
    (void)state;
    expect_family("child", 2, "a process with a child");
}

void tree_grandchild(void **state)
{
    (void)state;
    expect_family("grandchild", 3, "a process whose child has a child");
}

void tree_name(void **state)
{
    (void)state;
    expect_family("named", 2, "a process whose child is called \"x) R 1 (x\"");
}

void tree_gone(void **state)
{
    struct answer answer =
        answer_of(player_start(&(struct player_setup){0}, WORDS("tree-gone")));

    (void)state;
    expect_failure("measure_tree of a process that is not there", ENOENT, &answer);
}

/* --- measure_group ------------------------------------------------------------------ */

/* Numbers that do not fit into 32 bits. */
#define CURRENT "5368709120"
#define PEAK "9663676416"

struct group {
    int result, error;
    int64_t current, peak;
};

static struct group ask_group(const char *current, const char *peak, const char *which)
{
    struct group group = {.result = -2};

    (void)sscanf(player_ready(player_start(&(struct player_setup){0},
                                           WORDS("group", current, peak, which))),
                 "%d %d %" SCNd64 " %" SCNd64, &group.result, &group.error,
                 &group.current, &group.peak);
    return group;
}

void group_current(void **state)
{
    struct group group = ask_group(CURRENT, PEAK, "both");

    (void)state;
    judge_expect_number("what measure_group returns", 0, group.result);
    judge_expect_number("*current, with " CURRENT " in memory.current", 5368709120,
                        group.current);
}

void group_peak(void **state)
{
    struct group group = ask_group(CURRENT, PEAK, "both");

    (void)state;
    judge_expect_number("what measure_group returns", 0, group.result);
    judge_expect_number("*peak, with " PEAK " in memory.peak", 9663676416, group.peak);
}

void group_half(void **state)
{
    struct group group = ask_group(CURRENT, "-", "current");

    (void)state;
    judge_expect_number("what measure_group returns when PEAK is NULL", 0, group.result);
    judge_expect_number("*current", 5368709120, group.current);
    group = ask_group(CURRENT, PEAK, "peak");
    judge_expect_number("what measure_group returns when CURRENT is NULL", 0,
                        group.result);
    judge_expect_number("*peak", 9663676416, group.peak);
}

void group_without_peak(void **state)
{
    struct group group = ask_group(CURRENT, "-", "both");

    (void)state;
    judge_expect_number("what measure_group returns without memory.peak", -1,
                        group.result);
    judge_expect_errno("measure_group without memory.peak", ENOENT, group.error);
    judge_expect_number("*current, which is there", 5368709120, group.current);
}

void group_nonsense(void **state)
{
    struct group group = ask_group("max", PEAK, "both");

    (void)state;
    judge_expect_number("what measure_group returns for a file that is no number", -1,
                        group.result);
    judge_expect_errno("measure_group of a file that is no number", ENODATA, group.error);
}
