/* test_run.c - the checks of c02-chroot that start a program: chroot_execute and
 * chroot_run.
 *
 * The program is /bin/sleep of the new root where the judge wants to look at it while
 * it runs, and /bin/sh where it is to print or to end in a certain way.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "seen.h"

/* Who waits for the end of a pipe that he holds himself, waits for ever: not too
 * long here. */
static const struct player_setup plain = {.seconds = 5};
static const struct player_setup holding = {.seconds = 5, .inherit = INHERITED};
static const struct player_setup many = {.seconds = 5, .as_root = true};

/* --- chroot_execute --------------------------------------------------------------- */

static bool player_sleeps(void *player)
{
    return seen_sleep(player_pid(player));
}

/* Starts `execute` with a program that sleeps: the player becomes it. */
static pid_t start_execute(struct player_setup setup, const char *user)
{
    struct player *player =
        seen_start(setup, WORDS("execute", "/rootfs", user, "/bin/sleep", "1000"));

    if (!judge_wait_until(player_sleeps, player, 3))
        judge_fail(
            "the process must have become /bin/sleep of the new root; chroot_execute "
            "returned (result, errno, failed): %s",
            player_ready(player));
    return player_pid(player);
}

void execute_inside(void **state)
{
    pid_t pid = start_execute(plain, "-");

    (void)state;
    expect_inside(pid, "root");
    expect_inside(pid, "cwd");
}

void execute_arguments(void **state)
{
    /* The name alone: it must be looked for in the PATH that the program gets. */
    struct player *player =
        seen_start(plain, WORDS("execute", "/rootfs", "-", "sh", "-c",
                                "echo $0 $1; exec env", "one", "two words"));
    const char *output;

    (void)state;
    judge_expect_number("the exit status of sh", 0, player_end(player));
    output = player_output(player, NULL);
    if (strncmp(output, "one two words\n", 14) != 0)
        judge_fail("the program must get its arguments; echo $0 $1 prints: %.40s",
                   output);
    if (!strstr(output, "GREETING=hello\n") || !strstr(output, "PATH=/nowhere:/bin\n"))
        judge_fail("the program must get the environment envp; env prints: %.120s",
                   output);
}

void execute_user(void **state)
{
    pid_t pid = start_execute(many, "1234:2345");

    (void)state;
    expect_ids(pid, "Uid", "uid_map", USER, true);
    expect_ids(pid, "Gid", "gid_map", GROUP, true);
    expect_no_groups(pid);
}

void execute_descriptors(void **state)
{
    pid_t pid = start_execute(holding, "-");

    (void)state;
    judge_expect_number("the number of descriptors beside 0, 1 and 2", 0,
                        process_descriptors(pid));
}

/* Calls chroot_execute, which must fail in the step FAILED. */
static void execute_must_fail(const char *const *words, const char *failed, int error)
{
    struct player *player = seen_start(plain, words);
    struct answer answer = {.result = -2};

    (void)sscanf(player_ready(player), "%d %d %63s", &answer.result, &answer.error,
                 answer.failed);
    expect_failure("chroot_execute", error, &answer);
    judge_expect_string("result->failed", failed, answer.failed);
    judge_expect_string("the output of a program that must not run", "",
                        player_output(player, NULL));
}

void execute_root(void **state)
{
    (void)state;
    /* Whoever goes on in the old root finds a program there. */
    execute_must_fail(WORDS("execute", "/nowhere", "-", "/probe"), "chroot_enter",
                      ENOENT);
}

void execute_program(void **state)
{
    (void)state;
    execute_must_fail(WORDS("execute", "/rootfs", "-", "/bin/nothing"), "execve", ENOENT);
}

/* --- chroot_run ------------------------------------------------------------------- */

struct sleeper {
    struct player *player;
    pid_t pid;
};

static bool find_sleeper(void *context)
{
    struct sleeper *sleeper = context;
    pid_t pids[8];
    size_t count = player_descendants(sleeper->player, pids, 8);

    for (size_t i = 0; i < count && i < 8; i++) {
        if (seen_sleep(pids[i]))
            sleeper->pid = pids[i];
    }
    return sleeper->pid != 0;
}

/* Starts `run` with a program that sleeps, and finds its process. */
static struct sleeper start_sleeper(struct player_setup setup)
{
    struct sleeper sleeper = {
        .player = seen_start(setup, WORDS("run", "/rootfs", "-", "/bin/sleep", "1000"))};

    (void)player_ready(sleeper.player);
    player_go(sleeper.player);
    if (!judge_wait_until(find_sleeper, &sleeper, 3)) {
        struct answer answer = seen_answer(sleeper.player);
        judge_fail("a child must run /bin/sleep of the new root; chroot_run returned %d, "
                   "errno %d (%s), failed: %s",
                   answer.result, answer.error, strerror(answer.error), answer.failed);
    }
    return sleeper;
}

void run_inside(void **state)
{
    struct sleeper sleeper = start_sleeper(plain);

    (void)state;
    expect_inside(sleeper.pid, "root");
    expect_inside(sleeper.pid, "cwd");
    if (process_link_is(player_pid(sleeper.player), "root", judge_rootfs()))
        judge_fail("the caller must stay outside; its /proc/PID/root is the new root");
}

void run_descriptors(void **state)
{
    struct sleeper sleeper = start_sleeper(holding);

    (void)state;
    judge_expect_number("the number of descriptors of the program beside 0, 1 and 2", 0,
                        process_descriptors(sleeper.pid));
}

/* Runs `sh -c SCRIPT` and expects STATUS. */
static void status_must_be(const char *script, int status)
{
    struct player *player =
        seen_start(plain, WORDS("run", "/rootfs", "-", "/bin/sh", "-c", script));
    struct answer answer = seen_answer_after(player);

    expect_success("chroot_run", &answer);
    judge_expect_number("result->exit_status", status, answer.status);
    judge_expect_string("result->failed (- is NULL)", "-", answer.failed);
}

void run_status(void **state)
{
    (void)state;
    status_must_be("exit 0", 0);
    status_must_be("exit 127", 127);
    status_must_be("kill -9 $$", 137);
}

/* Calls chroot_run, which must fail in the step FAILED. */
static void run_must_fail(const char *root, const char *program, const char *failed,
                          int error)
{
    struct player *player = seen_start(plain, WORDS("run", root, "-", program));
    struct answer answer = seen_answer_after(player);

    expect_failure("chroot_run", error, &answer);
    judge_expect_string("result->failed", failed, answer.failed);
    judge_expect_string("the output of a program that must not run", "",
                        player_output(player, NULL));
}

void run_missing(void **state)
{
    (void)state;
    run_must_fail("/rootfs", "/bin/nothing", "execve", ENOENT);
}

void run_root(void **state)
{
    (void)state;
    run_must_fail("/nowhere", "/probe", "chroot_enter", ENOENT);
}

void run_denied(void **state)
{
    (void)state;
    run_must_fail("/rootfs", "/etc/passwd", "execve", EACCES);
}

/* Calls chroot_run; the caller must be the same before and after. */
static void caller_must_stay(struct player_setup setup, const char *user,
                             const char *program, bool succeeds)
{
    struct player *player = seen_start(setup, WORDS("run", "/rootfs", user, program));
    pid_t pid = player_pid(player);
    char users[128];

    (void)player_ready(player);
    struct place root = seen_place(pid, "root"), cwd = seen_place(pid, "cwd");
    int descriptors = process_descriptors(pid);
    snprintf(users, sizeof users, "%s", process_status(pid, "Uid"));
    struct answer answer = seen_answer_after(player);
    if (succeeds)
        expect_success("chroot_run", &answer);
    expect_same_place("the root of the caller", root, seen_place(pid, "root"));
    expect_same_place("the working directory of the caller", cwd, seen_place(pid, "cwd"));
    judge_expect_number("the number of descriptors of the caller", descriptors,
                        process_descriptors(pid));
    judge_expect_string("the users of the caller", users, process_status(pid, "Uid"));
}

void run_caller(void **state)
{
    (void)state;
    caller_must_stay(holding, "-", "/bin/true", true);
    caller_must_stay(holding, "-", "/bin/nothing", false);
}

/* Calls chroot_run; no process may be left then, be it as a zombie. */
static void nothing_may_be_left(const char *root, const char *program, bool succeeds)
{
    struct player *player = seen_start(plain, WORDS("run", root, "-", program));
    struct answer answer = seen_answer_after(player);
    pid_t pid;

    if (succeeds)
        expect_success("chroot_run", &answer);
    if (player_descendants(player, &pid, 1) > 0)
        judge_fail("no child must be left over; there is one, State: %s",
                   process_status(pid, "State"));
}

void run_leftovers(void **state)
{
    (void)state;
    nothing_may_be_left("/rootfs", "/bin/true", true);
    nothing_may_be_left("/rootfs", "/bin/nothing", false);
    nothing_may_be_left("/nowhere", "/bin/true", false);
}

void run_interrupted(void **state)
{
    struct player *player =
        seen_start(plain, WORDS("run-ticking", "/rootfs", "-", "/bin/sh", "-c",
                                "sleep 0.3; exit 7"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_success("chroot_run, while signals arrive,", &answer);
    judge_expect_number("result->exit_status", 7, answer.status);
}
