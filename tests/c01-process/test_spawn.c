/* test_spawn.c - the checks of c01-process that are about process_spawn.
 *
 * The program is /bin/sleep of the kit's root where the judge wants to look at it while it
 * runs, and /bin/sh where it is to print.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "seen.h"

enum { INHERITED = 3 };

static const char function[] = "process_spawn";

/* A player that has started /bin/sleep, and the process of that. */
static struct player *start_sleep(int inherit, struct answer *answer, pid_t *child)
{
    struct player *player = seen_start(inherit, WORDS("spawn", "/rootfs/bin/sleep", "9"));

    *answer = seen_answer_after(player);
    expect_result(function, 0, answer);
    *child = seen_child(player, "sleep");
    if (*child == 0)
        judge_fail("a child must run /bin/sleep when process_spawn has returned 0; there "
                   "is none");
    return player;
}

void spawn_program(void **state)
{
    struct player *player =
        seen_start(0, WORDS("spawn-wait", "/rootfs/bin/sh", "-c",
                            "echo $0 $1; exec /rootfs/bin/env", "one", "two words"));
    const char *output;

    (void)state;
    judge_expect_number("the exit status of the player (42: a program ran, ended with 0, "
                        "and was waited for; 1: process_spawn failed)",
                        42, player_end(player));
    output = player_output(player, NULL);
    if (strncmp(output, "one two words\n", 14) != 0)
        judge_fail("the program must get its arguments; echo $0 $1 prints: %.40s",
                   output);
    if (!strstr(output, "GREETING=hello\n"))
        judge_fail("the program must get the environment envp; env prints: %.120s",
                   output);
}

/* The number behind KEY in /proc/PID/fdinfo/FD, in this base; -1 when there is none. */
static long information(pid_t pid, int fd, const char *key, const char *format)
{
    char name[32];
    long value = -1;

    snprintf(name, sizeof name, "fdinfo/%d", fd);
    const char *line = strstr(process_file(pid, name), key);
    if (line)
        (void)sscanf(line + strlen(key), format, &value);
    return value;
}

void spawn_pidfd(void **state)
{
    struct answer answer;
    pid_t child;
    struct player *player = start_sleep(0, &answer, &child);

    (void)state;
    judge_expect_number("Pid in /proc/PID/fdinfo of process->pidfd, which is the child's",
                        child,
                        information(player_pid(player), answer.number, "Pid:", "%ld"));
    long flags = information(player_pid(player), answer.number, "flags:", "%lo");
    if (flags == -1 || !(flags & 02000000))
        judge_fail("process->pidfd must be close-on-exec; its flags are 0%lo", flags);
}

void spawn_descriptors(void **state)
{
    struct player *player =
        seen_start(INHERITED, WORDS("spawn", "/rootfs/bin/sleep", "9"));

    (void)state;
    (void)player_ready(player);
    int before = process_descriptors(player_pid(player));
    player_go(player);
    struct answer answer = seen_answer(player);
    expect_result(function, 0, &answer);
    judge_expect_number("the number of descriptors of the program beside 0, 1 and 2 (the "
                        "caller's that are not close-on-exec, and no others)",
                        INHERITED, process_descriptors(seen_child(player, "sleep")));
    judge_expect_number("the number of descriptors of the caller: one more, the pidfd",
                        before + 1, process_descriptors(player_pid(player)));
}

void spawn_mask(void **state)
{
    struct answer answer;
    pid_t child;

    (void)state;
    (void)start_sleep(0, &answer, &child);
    judge_expect_string("SigBlk of the program (the caller blocks TERM and USR1)",
                        "0000000000000000", process_status(child, "SigBlk"));
}

static void must_fail(const char *path, int error)
{
    struct player *player = seen_start(0, WORDS("spawn", path));
    struct answer answer = seen_answer_after(player);

    expect_failure(function, error, &answer);
    judge_expect_string("the output of a program that must not run", "",
                        player_output(player, NULL));
}

void spawn_missing(void **state)
{
    (void)state;
    must_fail("/rootfs/bin/nothing", ENOENT);
    must_fail("/rootfs/etc/passwd/nothing", ENOTDIR);
}

void spawn_denied(void **state)
{
    (void)state;
    must_fail("/rootfs/etc/passwd", EACCES);
}

/* Starts PATH: RESULT, EXTRA descriptors more than before, and CHILDREN. */
static void leaves(const char *path, int result, int extra, size_t children)
{
    struct player *player = seen_start(0, WORDS("spawn", path));

    (void)player_ready(player);
    int before = process_descriptors(player_pid(player));
    player_go(player);
    struct answer answer = seen_answer(player);
    expect_result(function, result, &answer);
    judge_expect_number("the number of descriptors of the caller", before + extra,
                        process_descriptors(player_pid(player)));
    judge_expect_number("the number of processes below the caller, zombies too",
                        (long long)children, (long long)seen_descendants(player, NULL));
}

void spawn_leftovers(void **state)
{
    (void)state;
    leaves("/rootfs/bin/true", 0, 1, 1);
    leaves("/rootfs/bin/nothing", -1, 0, 0);
    leaves("/rootfs/etc/passwd", -1, 0, 0);
}
