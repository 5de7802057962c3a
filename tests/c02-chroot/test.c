/* test.c - the judge of lesson c02-chroot.
 *
 * The player (probe.c) calls one function of the learner's and stands still. What
 * counts is what the kernel shows of it then: where /proc/PID/root and /proc/PID/cwd
 * lead, which descriptors are open, which users and groups it has, and which processes
 * it started. Only what a function returns is asked of the player itself. See
 * tests/grader/grader.h.
 *
 * Here are the functions that change a process, and the list of all checks; those that
 * start a program are in test_run.c, what both of them look at in seen.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include "seen.h"

static const struct player_setup plain = {0};

/* --- chroot_enter ----------------------------------------------------------------- */

static void enter_root(void **state)
{
    struct player *player = seen_start(plain, WORDS("enter", "/rootfs"));
    struct answer answer = seen_answer_after(player);

    (void)state;
    expect_success("chroot_enter", &answer);
    expect_inside(player_pid(player), "root");
}

static void enter_directory(void **state)
{
    struct player *player = seen_start(plain, WORDS("enter", "/rootfs"));
    struct answer answer = seen_answer_after(player);

    (void)state;
    expect_success("chroot_enter", &answer);
    expect_inside(player_pid(player), "cwd");
}

/* The player must get ERROR, and stay where it is. */
static void enter_must_fail(const char *const *words, int error)
{
    struct player *player = seen_start(plain, words);
    struct answer answer;

    (void)player_ready(player);
    struct place root = seen_place(player_pid(player), "root");
    struct place cwd = seen_place(player_pid(player), "cwd");
    answer = seen_answer_after(player);
    expect_failure("chroot_enter", error, &answer);
    expect_same_place("the root", root, seen_place(player_pid(player), "root"));
    expect_same_place("the working directory", cwd,
                      seen_place(player_pid(player), "cwd"));
}

static void enter_missing(void **state)
{
    (void)state;
    enter_must_fail(WORDS("enter", "/rootfs/nowhere"), ENOENT);
}

static void enter_file(void **state)
{
    (void)state;
    enter_must_fail(WORDS("enter", "/rootfs/etc/passwd"), ENOTDIR);
}

static void enter_refused(void **state)
{
    (void)state;
    enter_must_fail(WORDS("enter-locked"), EACCES);
    enter_must_fail(WORDS("enter-unprivileged"), EPERM);
}

/* --- chroot_close_from ------------------------------------------------------------ */

static void close_all(void **state)
{
    struct player *player =
        seen_start((struct player_setup){.inherit = INHERITED}, WORDS("close", "3"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_success("chroot_close_from", &answer);
    judge_expect_number("the number of descriptors beside 0, 1 and 2", 0,
                        process_descriptors(player_pid(player)));
}

static void close_high(void **state)
{
    struct player *player = seen_start(plain, WORDS("close", "3", "250", "64"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_success("chroot_close_from", &answer);
    if (*process_link(player_pid(player), "fd/250"))
        judge_fail(
            "descriptor 250 must be closed, though RLIMIT_NOFILE has been lowered to 64 "
            "since it was opened; it is open");
}

static void close_below(void **state)
{
    struct player *player =
        seen_start((struct player_setup){.inherit = INHERITED}, WORDS("close", "5"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_success("chroot_close_from", &answer);
    pid_t pid = player_pid(player);
    if (!*process_link(pid, "fd/3") || !*process_link(pid, "fd/4"))
        judge_fail(
            "chroot_close_from(5) must leave descriptors 3 and 4 open; one is closed");
    if (*process_link(pid, "fd/5"))
        judge_fail("chroot_close_from(5) must close descriptor 5; it is open");
}

static void close_nothing(void **state)
{
    struct player *player = seen_start(plain, WORDS("close", "100"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_success("chroot_close_from, with nothing to close,", &answer);
}

/* --- chroot_become ---------------------------------------------------------------- */

static const struct player_setup many = {.as_root = true};

/* A player that has become 1234:2345. */
static pid_t start_become(void)
{
    struct player *player = seen_start(many, WORDS("become", "1234", "2345"));
    struct answer answer = seen_answer(player);

    expect_success("chroot_become", &answer);
    return player_pid(player);
}

static void become_user(void **state)
{
    pid_t pid = start_become();

    (void)state;
    expect_ids(pid, "Uid", "uid_map", USER, false);
    expect_ids(pid, "Gid", "gid_map", GROUP, false);
}

static void become_groups(void **state)
{
    pid_t pid = start_become();

    (void)state;
    expect_no_groups(pid);
}

static void become_final(void **state)
{
    pid_t pid = start_become();

    (void)state;
    expect_ids(pid, "Uid", "uid_map", USER, true);
    expect_ids(pid, "Gid", "gid_map", GROUP, true);
}

static void become_refused(void **state)
{
    struct player *player = seen_start(many, WORDS("become-refused"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_failure("chroot_become, when the groups cannot be left,", EPERM, &answer);
}

/* --- chroot_exit_status ----------------------------------------------------------- */

/* Wait statuses as wait(2) makes them: exit(N) is N << 8, a signal its number, and
 * 0x80 on top of that when there is a core dump. */
static void exit_exited(void **state)
{
    struct player *player =
        seen_start(plain, WORDS("exit-status", "0x0000", "0x0100", "0x2a00", "0xff00"));

    (void)state;
    judge_expect_string("the statuses of exit(0), exit(1), exit(42) and exit(255)",
                        "0 1 42 255 ", player_ready(player));
}

static void exit_signal(void **state)
{
    struct player *player =
        seen_start(plain, WORDS("exit-status", "0x0009", "0x000f", "0x008b", "0x0002"));

    (void)state;
    judge_expect_string(
        "the statuses after SIGKILL, SIGTERM, SIGSEGV with a core dump and "
        "SIGINT",
        "137 143 139 130 ", player_ready(player));
}

/* --- all checks, in their order --------------------------------------------------- */

static const struct check checks[] = {
    {"enter.root", "the root is the new directory", "chroot_enter", 6, "A program inside",
     enter_root},
    {"enter.directory", "the working directory is inside", "chroot_enter", 6,
     "The way out that stays", enter_directory},
    {"enter.missing", "a root that does not exist is ENOENT, and nothing has moved",
     "chroot_enter", 3, "A program inside", enter_missing},
    {"enter.file", "a root that is a file is ENOTDIR, and nothing has moved",
     "chroot_enter", 2, "A program inside", enter_file},
    {"enter.refused", "what may not be entered is EACCES or EPERM, and nothing has moved",
     "chroot_enter", 3, "A program inside", enter_refused},

    {"close.all", "every descriptor from the first on is closed", "chroot_close_from", 5,
     "The descriptor that somebody forgot", close_all},
    {"close.high", "also one above a limit that was lowered later", "chroot_close_from",
     4, "The descriptor that somebody forgot", close_high},
    {"close.below", "those below the first stay open", "chroot_close_from", 3,
     "The descriptor that somebody forgot", close_below},
    {"close.nothing", "nothing to close is no failure", "chroot_close_from", 3,
     "The descriptor that somebody forgot", close_nothing},

    {"become.user", "the process acts as the user and the group", "chroot_become", 5,
     "The groups that come along", become_user},
    {"become.groups", "it is in no other group", "chroot_become", 5,
     "The groups that come along", become_groups},
    {"become.final", "it cannot go back: real and saved ids have changed too",
     "chroot_become", 6, "The user that remembers", become_final},
    {"become.refused", "groups that cannot be left are EPERM", "chroot_become", 4,
     "The groups that come along", become_refused},

    {"exit.exited", "the status of a program that ended itself", "chroot_exit_status", 4,
     "How a program ended", exit_exited},
    {"exit.signal", "128 + the number of the signal", "chroot_exit_status", 6,
     "How a program ended", exit_signal},

    {"execute.inside", "the process is the program, inside the new root",
     "chroot_execute", 4, "Four steps in order", execute_inside},
    {"execute.arguments",
     "the program gets its arguments and its environment, and no other", "chroot_execute",
     2, "Four steps in order", execute_arguments},
    {"execute.user", "the program runs as the user that was asked for", "chroot_execute",
     3, "Four steps in order", execute_user},
    {"execute.descriptors", "the program holds no descriptor of the outside",
     "chroot_execute", 2, "Four steps in order", execute_descriptors},
    {"execute.root", "a missing root is ENOENT of chroot_enter, and nothing runs",
     "chroot_execute", 2, "Four steps in order", execute_root},
    {"execute.program", "a missing program is ENOENT of execve", "chroot_execute", 2,
     "Four steps in order", execute_program},

    {"run.inside", "a child is the program, and the caller waits outside", "chroot_run",
     3, "A child, and a pipe for bad news", run_inside},
    {"run.status", "the exit status of the program is in the result", "chroot_run", 3,
     "A child, and a pipe for bad news", run_status},
    {"run.descriptors", "the program has descriptors 0, 1 and 2 and no others",
     "chroot_run", 2, "A child, and a pipe for bad news", run_descriptors},
    {"run.missing", "a missing program is ENOENT of execve", "chroot_run", 3,
     "A child, and a pipe for bad news", run_missing},
    {"run.root", "a missing root is ENOENT of chroot_enter, and nothing runs",
     "chroot_run", 2, "A child, and a pipe for bad news", run_root},
    {"run.denied", "a file that is no program is EACCES of execve", "chroot_run", 1,
     "A child, and a pipe for bad news", run_denied},
    {"run.caller", "the caller has its root, directory, users and descriptors as before",
     "chroot_run", 2, "A child, and a pipe for bad news", run_caller},
    {"run.leftovers", "no child is left over, whether the program ran or not",
     "chroot_run", 2, "A child, and a pipe for bad news", run_leftovers},
    {"run.interrupted", "a signal does not end the wait", "chroot_run", 2,
     "A child, and a pipe for bad news", run_interrupted},
};

int main(int argc, char **argv)
{
    return judge_main(argc, argv, "c02-chroot", checks, sizeof checks / sizeof *checks);
}
