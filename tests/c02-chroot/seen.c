/* seen.c - what the judge of c02-chroot reads of a player, and what it expects of it. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "seen.h"

struct player *seen_start(struct player_setup setup, const char *const *words)
{
    setup.rootfs = judge_rootfs();
    return player_start(&setup, words);
}

/* --- what the player says it got -------------------------------------------------- */

/* Waits for "RESULT ERRNO", and of chroot_run "STATUS FAILED" too. */
struct answer seen_answer(struct player *player)
{
    struct answer answer = {.result = -2};

    (void)sscanf(player_ready(player), "%d %d %d %63s", &answer.result, &answer.error,
                 &answer.status, answer.failed);
    return answer;
}

struct answer seen_answer_after(struct player *player)
{
    (void)player_ready(player);
    player_go(player);
    return seen_answer(player);
}

void expect_success(const char *function, const struct answer *answer)
{
    if (answer->result != 0)
        judge_fail("%s must return 0 here; it returned %d, errno %d (%s)", function,
                   answer->result, answer->error, strerror(answer->error));
}

void expect_failure(const char *function, int error, const struct answer *answer)
{
    if (answer->result != -1)
        judge_fail("%s must return -1 here, with errno %s; it returned %d", function,
                   strerrorname_np(error), answer->result);
    judge_expect_errno(function, error, answer->error);
}

/* --- where a process is ----------------------------------------------------------- */

/* The directory that /proc/PID/NAME leads to. */
struct place seen_place(pid_t pid, const char *name)
{
    char path[64];
    struct stat status;

    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    if (stat(path, &status) == -1)
        judge_fail("%s cannot be seen: %s", path, strerror(errno));
    return (struct place){status.st_dev, status.st_ino};
}

void expect_same_place(const char *what, struct place before, struct place after)
{
    if (before.device != after.device || before.inode != after.inode)
        judge_fail("%s must be the same directory as before; it is another one", what);
}

void expect_inside(pid_t pid, const char *name)
{
    if (!process_link_is(pid, name, judge_rootfs()))
        judge_fail("/proc/PID/%s must lead to the new root; it leads elsewhere, to %s",
                   name, process_link(pid, name));
}

/* --- who a process is ------------------------------------------------------------- */

/* What the number ID of the sandbox is in the judge's numbering: MAP is uid_map or
 * gid_map. */
static long id_outside(pid_t pid, const char *map, unsigned id)
{
    char text[1024];
    unsigned inside, outside, count;

    snprintf(text, sizeof text, "%s", process_file(pid, map));
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        if (sscanf(line, "%u %u %u", &inside, &outside, &count) == 3 && id >= inside &&
            id - inside < count)
            return (long)outside + (id - inside);
    }
    judge_cannot_run("the user or group %u does not exist in the sandbox", id);
}

/* The four numbers of "Uid" or "Gid": real, effective, saved, and that of the file
 * system. */
static void ids_of(pid_t pid, const char *key, long ids[4])
{
    if (sscanf(process_status(pid, key), "%ld %ld %ld %ld", &ids[0], &ids[1], &ids[2],
               &ids[3]) != 4)
        judge_fail("%s of the process cannot be seen: it has ended", key);
}

void expect_ids(pid_t pid, const char *key, const char *map, unsigned id, bool all)
{
    static const char *const kinds[] = {"real", "effective", "saved"};
    long ids[4], expected = id_outside(pid, map, id);

    ids_of(pid, key, ids);
    for (int i = 0; i < 3; i++) {
        if ((all || i == 1) && ids[i] != expected)
            judge_fail(
                "the %s %s must be %u (%ld outside of the sandbox); it is %ld outside",
                kinds[i], key, id, expected, ids[i]);
    }
}

void expect_no_groups(pid_t pid)
{
    const char *groups = process_status(pid, "Groups");

    if (*groups)
        judge_fail("no supplementary group must be left; the kernel shows Groups: %s",
                   groups);
}

/* --- a program inside ------------------------------------------------------------- */

bool seen_sleep(pid_t pid)
{
    char busybox[4096];

    snprintf(busybox, sizeof busybox, "%s/bin/busybox", judge_rootfs());
    return strcmp(process_file(pid, "comm"), "sleep\n") == 0 &&
           process_link_is(pid, "exe", busybox);
}
