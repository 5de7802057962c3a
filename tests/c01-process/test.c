/* test.c - the judge of lesson c01-process.
 *
 * The player (probe.c) calls one function of the learner's and stands still. What counts is
 * what the kernel shows then: which processes are below it and in which state, which
 * descriptors it and they have, which signals they block. Only what a function returns is
 * asked of the player itself. See tests/grader/grader.h.
 *
 * The checks of process_spawn are in test_spawn.c, what all of them look at in seen.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "seen.h"

/* --- process_wait ----------------------------------------------------------------- */

static void wait_exited(void **state)
{
    struct player *player = seen_start(0, WORDS("wait", "exit 0", "exit 3", "exit 255"));

    (void)state;
    judge_expect_string("result, exit_status, signal and core after exit 0, 3 and 255",
                        "0 0 0 0, 0 3 0 0, 0 255 0 0, ", player_ready(player));
}

static void wait_signal(void **state)
{
    struct player *player = seen_start(0, WORDS("wait", "kill -9 $$", "kill -15 $$"));

    (void)state;
    judge_expect_string("result, exit_status, signal and core after SIGKILL and SIGTERM",
                        "0 0 9 0, 0 0 15 0, ", player_ready(player));
}

static void wait_interrupted(void **state)
{
    struct player *player = seen_start(0, WORDS("wait-ticking"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_result("process_wait, while signals arrive,", 0, &answer);
    judge_expect_number("end->exit_status", 7, answer.number);
}

static void wait_closes(void **state)
{
    struct player *player = seen_start(0, WORDS("wait-once"));

    (void)state;
    (void)player_ready(player);
    int before = process_descriptors(player_pid(player));
    player_go(player);
    struct answer answer = seen_answer(player);
    expect_result("process_wait", 0, &answer);
    judge_expect_number("process->pidfd afterwards", -1, answer.number);
    judge_expect_number("the number of descriptors of the caller", before,
                        process_descriptors(player_pid(player)));
    judge_expect_number("the number of processes below the caller, zombies too", 0,
                        (long long)seen_descendants(player, NULL));
}

static void wait_fails(void **state)
{
    struct player *player = seen_start(0, WORDS("wait-failing"));
    struct answer once = {0}, twice = {0}, others = {0};

    (void)state;
    (void)sscanf(player_ready(player), "%d %d %d %d %d", &once.result, &twice.result,
                 &twice.error, &others.result, &others.error);
    expect_result("process_wait, the first time,", 0, &once);
    expect_failure("process_wait, for one that was waited for,", EINVAL, &twice);
    expect_failure("process_wait, when somebody else has waited,", ECHILD, &others);
}

/* --- process_exit_status ---------------------------------------------------------- */

static void exit_exited(void **state)
{
    struct player *player =
        seen_start(0, WORDS("exit-status", "0:0", "1:0", "42:0", "255:0"));

    (void)state;
    judge_expect_string("the numbers for exit 0, 1, 42 and 255", "0 1 42 255 ",
                        player_ready(player));
}

static void exit_signal(void **state)
{
    struct player *player =
        seen_start(0, WORDS("exit-status", "0:9", "0:15", "0:11", "0:2"));

    (void)state;
    judge_expect_string("the numbers after SIGKILL, SIGTERM, SIGSEGV and SIGINT",
                        "137 143 139 130 ", player_ready(player));
}

/* --- process_signal --------------------------------------------------------------- */

static void signal_sent(void **state)
{
    struct player *player = seen_start(0, WORDS("signal-stop"));
    struct answer answer = seen_answer_after(player);
    pid_t child = seen_child(player, "sleep");

    (void)state;
    expect_result("process_signal", 0, &answer);
    if (!seen_becomes(child, 'T'))
        judge_fail("the child must have got SIGSTOP; /proc shows State: %s",
                   process_status(child, "State"));
}

static void signal_stranger(void **state)
{
    struct player *player = seen_start(0, WORDS("signal-stranger"));
    struct answer answer = seen_answer(player);
    pid_t meant = seen_child(player, "sleep"), stranger = seen_child(player, "tail");

    (void)state;
    if (seen_state(stranger) == 'Z')
        judge_fail("process->pid has become the number of another process: it must get "
                   "nothing, but it got the signal");
    expect_result("process_signal", 0, &answer);
    if (!seen_becomes(meant, 'Z'))
        judge_fail("the process of process->pidfd must have got SIGKILL; /proc shows "
                   "State: %s",
                   process_status(meant, "State"));
    if (!stranger || seen_state(stranger) == 'Z')
        judge_fail("the process that has the number process->pid must go on; it ended");
}

static void signal_fails(void **state)
{
    struct player *player = seen_start(0, WORDS("signal-failing"));
    struct answer zombie = {0}, unknown = {0}, gone = {0};

    (void)state;
    (void)sscanf(player_ready(player), "%d %d %d %d %d", &zombie.result, &unknown.result,
                 &unknown.error, &gone.result, &gone.error);
    expect_result("process_signal, to one that has ended,", 0, &zombie);
    expect_failure("process_signal, with signal 1000,", EINVAL, &unknown);
    expect_failure("process_signal, to one that was waited for,", ESRCH, &gone);
}

/* --- process_forward -------------------------------------------------------------- */

/* The player must get 0; the child must have printed SIGNALS, and ended with 7. */
static void catcher_must_get(const char *word, const char *signals)
{
    struct player *player = seen_start(0, WORDS(word));
    struct answer answer = seen_answer(player);

    expect_result("process_forward", 0, &answer);
    judge_expect_string("the signals that the child got, one a line", signals,
                        player_output(player, NULL));
    judge_expect_number("the exit status of the child", 7, answer.number);
}

static void forward_passed(void **state)
{
    (void)state;
    catcher_must_get("forward-arriving", "1\n10\n15\n");
}

static void forward_pending(void **state)
{
    (void)state;
    catcher_must_get("forward-pending", "10\n15\n");
}

static void forward_ends(void **state)
{
    struct player *player = seen_start(0, WORDS("forward", "sleep 0.2; exit 4"));
    struct answer answer = seen_answer_after(player);

    (void)state;
    expect_result("process_forward, when the process ends by itself,", 0, &answer);
    judge_expect_number("the exit status that process_wait gets afterwards", 4,
                        answer.number);
}

static void pause_for(long milliseconds)
{
    (void)nanosleep(&(struct timespec){.tv_nsec = milliseconds * 1000000}, NULL);
}

/* How often the process has gone to sleep so far. */
static long sleeps(pid_t pid)
{
    return strtol(process_status(pid, "voluntary_ctxt_switches"), NULL, 10);
}

static void forward_idle(void **state)
{
    struct player *player = seen_start(0, WORDS("forward", "sleep 1.2"));
    pid_t pid = player_pid(player);

    (void)state;
    (void)player_ready(player);
    player_go(player);
    pause_for(300);
    long before = sleeps(pid);
    bool asleep = false;
    for (int i = 0; i < 5; i++) {
        asleep |= seen_state(pid) == 'S';
        pause_for(100);
    }
    long woken = sleeps(pid) - before;
    struct answer answer = seen_answer(player);
    expect_result("process_forward", 0, &answer);
    if (!asleep)
        judge_fail("with nothing to pass on, process_forward must sleep; it is running");
    if (woken > 8)
        judge_fail(
            "with nothing to pass on, process_forward must sleep; in half a second "
            "it woke up %ld times",
            woken);
}

static void forward_closes(void **state)
{
    struct player *player = seen_start(0, WORDS("forward", "exit 0"));

    (void)state;
    (void)player_ready(player);
    int before = process_descriptors(player_pid(player));
    player_go(player);
    struct answer answer = seen_answer(player);
    expect_result("process_forward", 0, &answer);
    judge_expect_number("the number of descriptors of the caller", before,
                        process_descriptors(player_pid(player)));
}

/* --- process_close_on_exec -------------------------------------------------------- */

/* Whether descriptor FD is marked close-on-exec; it must be open. */
static bool is_marked(pid_t pid, int fd)
{
    char name[32];
    unsigned long flags = 0;

    snprintf(name, sizeof name, "fdinfo/%d", fd);
    const char *line = strstr(process_file(pid, name), "flags:");
    if (!line || sscanf(line, "flags: %lo", &flags) != 1)
        judge_fail("descriptor %d must stay open here; it is closed", fd);
    return flags & 02000000;
}

static void close_marked(void **state)
{
    struct player *player = seen_start(3, WORDS("close", "4"));
    struct answer answer = seen_answer(player);
    pid_t pid = player_pid(player);

    (void)state;
    expect_result("process_close_on_exec", 0, &answer);
    for (int fd = 4; fd <= 5; fd++) {
        if (!is_marked(pid, fd))
            judge_fail("descriptor %d, from 4 on, must be close-on-exec; it is not", fd);
    }
    if (is_marked(pid, 3))
        judge_fail("descriptor 3, below 4, must be as it was; it is close-on-exec");
}

static void close_high(void **state)
{
    struct player *player = seen_start(0, WORDS("close", "3", "250", "64"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_result("process_close_on_exec", 0, &answer);
    if (!is_marked(player_pid(player), 250))
        judge_fail("descriptor 250 must be close-on-exec, though RLIMIT_NOFILE has been "
                   "lowered to 64 since it was opened; it is not");
}

/* --- process_reap ----------------------------------------------------------------- */

/* With ENDED and RUNNING children, as texts: RESULT, and only LEFT of them are there then. */
static void reap_must(const char *ended, const char *running, int result, size_t left)
{
    struct player *player = seen_start(0, WORDS("reap", ended, running));
    struct answer answer = seen_answer(player);
    size_t zombies;

    expect_result("process_reap", result, &answer);
    judge_expect_number("the number of children that are left", (long long)left,
                        (long long)seen_descendants(player, &zombies));
    judge_expect_number("the number of zombies among them", 0, (long long)zombies);
}

static void reap_all(void **state)
{
    (void)state;
    reap_must("3", "0", 3, 0);
}

static void reap_running(void **state)
{
    (void)state;
    reap_must("0", "1", 0, 1);
    reap_must("2", "1", 2, 1);
}

static void reap_spared(void **state)
{
    struct player *player = seen_start(0, WORDS("reap-spared"));
    struct answer answer = seen_answer(player);
    size_t zombies;

    (void)state;
    expect_result("process_reap, when the only child is spared,", 0, &answer);
    (void)seen_descendants(player, &zombies);
    judge_expect_number("the number of zombies: the spared one", 1, (long long)zombies);
}

static void reap_none(void **state)
{
    (void)state;
    reap_must("0", "0", 0, 0);
}

/* --- all checks, in their order --------------------------------------------------- */

static const char bad_news[] = "A pipe for bad news", two_ways[] = "Two ways to end",
                  a_number[] = "A number is no handle", passing[] = "Who gets the signal",
                  forgotten[] = "The descriptor that somebody forgot",
                  zombies[] = "Zombies, and orphans", beside[] = "Beside the prompt";

static const struct check checks[] = {
    {"spawn.program", "a child is the program, with its arguments and environment",
     "process_spawn", 4, beside, spawn_program},
    {"spawn.pidfd", "the pidfd is the child's, and close-on-exec", "process_spawn", 4,
     a_number, spawn_pidfd},
    {"spawn.descriptors", "the program gets no descriptor of process_spawn's own",
     "process_spawn", 3, bad_news, spawn_descriptors},
    {"spawn.mask", "the program has no signal blocked", "process_spawn", 3, passing,
     spawn_mask},
    {"spawn.missing", "a missing program is the ENOENT of execve", "process_spawn", 4,
     bad_news, spawn_missing},
    {"spawn.denied", "a file that is no program is the EACCES of execve", "process_spawn",
     3, bad_news, spawn_denied},
    {"spawn.leftovers", "a program that could not start leaves nothing behind",
     "process_spawn", 4, zombies, spawn_leftovers},

    {"wait.exited", "the status of a program that ended itself", "process_wait", 4,
     two_ways, wait_exited},
    {"wait.signal", "the signal of one that was ended by a signal", "process_wait", 4,
     two_ways, wait_signal},
    {"wait.interrupted", "a signal does not end the wait", "process_wait", 3, two_ways,
     wait_interrupted},
    {"wait.closes", "the pidfd is closed, and no zombie is left", "process_wait", 2,
     zombies, wait_closes},
    {"wait.fails", "who was waited for already is EINVAL or ECHILD", "process_wait", 2,
     zombies, wait_fails},

    {"exit.exited", "the status of a program that ended itself", "process_exit_status", 4,
     two_ways, exit_exited},
    {"exit.signal", "128 + the number of the signal", "process_exit_status", 6, two_ways,
     exit_signal},

    {"signal.sent", "the process gets the signal", "process_signal", 4, beside,
     signal_sent},
    {"signal.stranger", "no other process gets it, whatever its number", "process_signal",
     4, a_number, signal_stranger},
    {"signal.fails", "a zombie takes a signal, a process that is gone is ESRCH",
     "process_signal", 2, a_number, signal_fails},

    {"forward.passed", "each signal that arrives is passed on", "process_forward", 7,
     passing, forward_passed},
    {"forward.pending", "so are those that arrived before", "process_forward", 4, passing,
     forward_pending},
    {"forward.ends", "the end of the process ends it, and process_wait comes after",
     "process_forward", 4, passing, forward_ends},
    {"forward.idle", "it sleeps while there is nothing to do", "process_forward", 3,
     passing, forward_idle},
    {"forward.closes", "it leaves no descriptor open", "process_forward", 2, passing,
     forward_closes},

    {"close.marked", "every descriptor from the first on is marked, and stays open",
     "process_close_on_exec", 3, forgotten, close_marked},
    {"close.high", "also one above a limit that was lowered later",
     "process_close_on_exec", 2, forgotten, close_high},

    {"reap.all", "every child that has ended is waited for", "process_reap", 5, zombies,
     reap_all},
    {"reap.running", "it does not wait for those that run", "process_reap", 4, zombies,
     reap_running},
    {"reap.spared", "the spared one stays for process_wait", "process_reap", 3, zombies,
     reap_spared},
    {"reap.none", "no children is no failure", "process_reap", 3, zombies, reap_none},
};

int main(int argc, char **argv)
{
    return judge_main(argc, argv, "c01-process", checks, sizeof checks / sizeof *checks);
}
