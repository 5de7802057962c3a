/* grader_hostile.c - the grader, attacked: each module of tests/kit/hostile gets what it deserves.
 *
 * The lesson is a fake one (fake_lesson.h), so that these tests stand when lessons change. Each
 * module is graded in the usual way, through build.sh, and then nothing may be left: no process
 * (they carry a mark on their command line), no mount, no file.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include "fake_lesson.h"

/* --- the judge of the fake lesson ----------------------------------------------------------------- */

/* A short limit for modules that are to meet it; a long one for those that must not meet it on a
 * slow machine. */
static struct player_setup limits(void)
{
    return (struct player_setup){.seconds = getenv("HOSTILE_HURRY") ? 0.5 : 20};
}

static void expect_answer(const char *number, const char *expected)
{
    const char *words[] = {"answer", number, mark(), NULL};
    const struct player_setup setup = limits();
    struct player *player = player_start(&setup, words);
    judge_expect_string("fake_answer", expected, player_ready(player));
    player_go(player);
    judge_expect_number("the exit status", 0, player_end(player));
}

static void answer_value(void **state)
{
    (void)state;
    expect_answer("20", "41");
    expect_answer("-4", "-7");
}

static struct player *start_leaving(void)
{
    const char *words[] = {"leave", mark(), NULL};
    const struct player_setup setup = limits();
    return player_start(&setup, words);
}

static void leave_directory(void **state)
{
    (void)state;
    struct player *player = start_leaving();
    (void)player_ready(player);
    judge_expect_string("the working directory", "/tmp",
                        process_link(player_pid(player), "cwd"));
}

static void leave_status(void **state)
{
    (void)state;
    struct player *player = start_leaving();
    (void)player_ready(player);
    judge_expect_string("the working directory", "/tmp",
                        process_link(player_pid(player), "cwd"));
    player_go(player);
    judge_expect_number("the exit status", 40, player_end(player));
}

static void leave_asserted(void **state)
{
    (void)state;
    struct player *player = start_leaving();
    (void)player_ready(player);
    assert_string_equal(process_link(player_pid(player), "cwd"), "/tmp");
}

static const struct check checks[] = {
    {"answer.value", "twice the number, and one more", "fake_answer", 10, "",
     answer_value},
    {"leave.directory", "the working directory is /tmp", "fake_leave", 20, "A page",
     leave_directory},
    {"leave.status", "and it goes on from there", "fake_leave", 5, "A page",
     leave_status},
    {"leave.asserted", "also when cmocka asks", "fake_leave", 5, "A page",
     leave_asserted},
};

/* --- what each module deserves -------------------------------------------------------------------- */

struct attack {
    const char *module;
    enum grade_status answer, leave;
    const char *answer_says, *leave_says; /* a part of the message */
    int points;
};

static const struct attack attacks[] = {
    {"honest", GRADE_PASSED, GRADE_PASSED, "", "", 40},
    {"constructor_exit", GRADE_FAILED, GRADE_FAILED, "ended with status 0",
     "ended with status 0", 0},
    {"forged_reports", GRADE_FAILED, GRADE_FAILED, "expected \"41\"", "expected \"/tmp\"",
     0},
    {"endless_loop", GRADE_TIMED_OUT, GRADE_TIMED_OUT, "a loop", "a loop", 0},
    {"endless_wait", GRADE_TIMED_OUT, GRADE_TIMED_OUT, "waiting", "waiting", 0},
    {"fork_bomb", GRADE_TIMED_OUT, GRADE_TIMED_OUT, "0.5 seconds", "0.5 seconds", 0},
    {"memory_bomb", GRADE_FAILED, GRADE_FAILED, "512 MiB", "512 MiB", 0},
    {"memory_one", GRADE_CRASHED, GRADE_CRASHED, "SIGSEGV", "memory_one.c:", 0},
    {"endless_output", GRADE_FAILED, GRADE_FAILED, "endless output", "endless output", 0},
    {"own_main", GRADE_FAILED, GRADE_FAILED, "expected \"41\"", "expected \"/tmp\"", 0},
    {"test_symbols", GRADE_FAILED, GRADE_FAILED, "expected \"41\"", "expected \"/tmp\"",
     0},
    {"close_all", GRADE_FAILED, GRADE_FAILED, "status 121", "status 121", 0},
    {"kill_all", GRADE_FAILED, GRADE_FAILED, "expected \"41\"", "expected \"/tmp\"", 0},
    {"stop_itself", GRADE_TIMED_OUT, GRADE_TIMED_OUT, "it was stopped", "it was stopped",
     0},
    {"huge_file", GRADE_FAILED, GRADE_FAILED, "SIGXFSZ", "16 MiB", 0},
    {"trace_parent", GRADE_FAILED, GRADE_FAILED, "expected \"41\"", "expected \"/tmp\"",
     0},
    {"starve_init", GRADE_FAILED, GRADE_FAILED, "expected \"41\"", "expected \"/tmp\"",
     0},
    {"forged_ready", GRADE_FAILED, GRADE_FAILED, "expected \"41\"", "expected \"/tmp\"",
     0},
    {"broken_ready", GRADE_FAILED, GRADE_FAILED, "", "", 0},
    {"weak_symbols", GRADE_FAILED, GRADE_FAILED, "fake_answer is not defined",
     "fake_leave is not defined", 0},
    {"include_reference", GRADE_DID_NOT_BUILD, GRADE_DID_NOT_BUILD, "not yours",
     "not yours", 0},
    {"incbin_reference", GRADE_DID_NOT_BUILD, GRADE_DID_NOT_BUILD, "not yours",
     "not yours", 0},
    {"include_shadow", GRADE_DID_NOT_BUILD, GRADE_DID_NOT_BUILD, "not yours", "not yours",
     0},
    {"large_program", GRADE_DID_NOT_BUILD, GRADE_DID_NOT_BUILD, "32 MiB", "32 MiB", 0},
    {"compiler_bomb", GRADE_DID_NOT_BUILD, GRADE_DID_NOT_BUILD, "did not build",
     "did not build", 0},
    {"destroyer", GRADE_FAILED, GRADE_FAILED, "expected \"41\"", "expected \"/tmp\"", 0},
    {"daemon", GRADE_FAILED, GRADE_FAILED, "expected \"41\"", "expected \"/tmp\"", 0},
    {"nasty_words", GRADE_FAILED, GRADE_CRASHED, "it wrote", "SIGABRT", 0},
    {"own_handlers", GRADE_TIMED_OUT, GRADE_TIMED_OUT, "a loop", "a loop", 0},
    {"steal_input", GRADE_FAILED, GRADE_FAILED, "", "", 0},
};

/* --- the tests -------------------------------------------------------------------------------------- */

static void hurry(bool yes)
{
    assert_int_equal(yes ? setenv("HOSTILE_HURRY", "1", 1) : unsetenv("HOSTILE_HURRY"),
                     0);
}

static void gets_what_it_deserves(void **state)
{
    const struct attack *attack = *state;
    char *before = mounts();
    hurry(attack->answer == GRADE_TIMED_OUT);
    struct grade *grade = grade_module(attack->module);
    assert_int_equal(grade->count, sizeof checks / sizeof *checks);
    expect_verdict(&grade->checks[0], attack->answer, attack->answer_says);
    expect_verdict(&grade->checks[1], attack->leave, attack->leave_says);
    expect_verdict(&grade->checks[2], attack->leave, attack->leave_says);
    assert_int_equal(grade->checks[3].status, attack->leave); /* the words are cmocka's */
    assert_int_equal(grade->points, attack->points);
    assert_int_equal(grade->max, 40);
    assert_int_equal(grade_exit_status(grade), attack->points == 40 ? 0 : 1);
    for (size_t i = 0; i < grade->count; i++)
        assert_null(strstr(grade->checks[i].message, "ESCAPED"));
    grade_free(grade);
    nothing_is_left(before);
}

/* Grades endless_loop in a child, and calls WHEN_JUDGING with the numbers of both while the
 * judge waits for its player. Returns the child's wait status. */
static int grade_in_child(void when_judging(pid_t grader, pid_t judge_pid))
{
    hurry(false);
    pid_t grader = fork();
    assert_int_not_equal(grader, -1);
    if (grader == 0) {
        struct grade *grade = grade_module("endless_loop");
        for (size_t i = 0; i < grade->count; i++)
            if (grade->checks[i].status != GRADE_FAILED ||
                strcmp(grade->checks[i].message, "the judge ended before it") != 0)
                _exit(10 + (int)i);
        _exit(grade->count == 4 && grade->points == 0 ? 0 : 9);
    }
    pid_t player, judge_pid;
    char command_line[64];
    (void)snprintf(command_line, sizeof command_line, "/probe answer 20 %s", mark());
    for (int i = 0; i < 6000 && !process_with(command_line, 0, &player); i++)
        (void)usleep(5000);
    assert_true(process_with("--probes", grader, &judge_pid));
    when_judging(grader, judge_pid);
    int status;
    assert_int_equal(waitpid(grader, &status, 0), grader);
    return status;
}

static void kill_judge(pid_t grader, pid_t judge_pid)
{
    (void)grader;
    assert_int_equal(kill(judge_pid, SIGKILL), 0);
}

static void kill_grader(pid_t grader, pid_t judge_pid)
{
    (void)judge_pid;
    assert_int_equal(kill(grader, SIGKILL), 0);
}

/* Orphans of the dead are adopted by us, and end when the kernel gets to them. One that is
 * ending has no command line any more, and may not have been adopted yet: so it may also come
 * after this, which nothing_is_left would take for a leak. */
static void nothing_is_left_soon(const char *mounts_before)
{
    pid_t pid, ended;
    for (int i = 0; i < 2000; i++) {
        do
            ended = waitpid(-1, NULL, WNOHANG);
        while (ended > 0);
        if (ended == -1 && errno == ECHILD && !process_with(mark(), 0, &pid)) {
            no_trace_is_left(mounts_before);
            return;
        }
        (void)usleep(5000);
    }
    fail_msg("ten seconds after the end there is still a process");
}

static void a_killed_judge_loses_the_points_and_leaves_nothing(void **state)
{
    (void)state;
    char *before = mounts();
    int status = grade_in_child(kill_judge);
    assert_int_equal(status, 0);
    nothing_is_left_soon(before);
}

static void a_killed_grader_leaves_nothing(void **state)
{
    (void)state;
    char *before = mounts();
    int status = grade_in_child(kill_grader);
    assert_true(WIFSIGNALED(status));
    nothing_is_left_soon(before);
}

/* Names that are no harm to a C programmer and much to a shell. */
static void odd_names_reach_no_shell(void **state)
{
    (void)state;
    char command[1024];
    (void)snprintf(
        command, sizeof command,
        "cp -r '%s/modules/honest' '%s/modules/Müller, $(touch x); `touch x` \"Eva\"' && "
        "cp -r '%s/modules/honest' '%s/modules/odd' && "
        "cp '%s/modules/honest/honest.c' '%s/modules/odd/;touch x;.c'",
        tree, tree, tree, tree, tree, tree);
    assert_int_equal(system(command), 0);
    struct grade *grade = grade_module("Müller, $(touch x); `touch x` \"Eva\"");
    assert_int_equal(grade->points, 40);
    grade_free(grade);
    grade = grade_module("odd");
    expect_verdict(&grade->checks[0], GRADE_DID_NOT_BUILD, "rename it");
    grade_free(grade);
    (void)snprintf(command, sizeof command, "%s/x", tree);
    assert_int_equal(access(command, F_OK), -1);
}

static void what_cannot_be_graded_is_said(void **state)
{
    (void)state;
    static const struct grade_request requests[] = {
        {.lesson = "no-such-lesson"},
        {.lesson = "../fake"},
        {.lesson = "fake", .module = "/nowhere"},
        {.lesson = "fake", .judge = "/bin/false", .builder = "./build.sh"},
        {.lesson = "fake", .judge = "/bin/true", .builder = "./build.sh"},
        {.lesson = "fake", .builder = "/bin/false", .judge = "/bin/true"}, /* the kit */
    };
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        struct grade_request request = requests[i];
        char *error = NULL, module[128];
        struct grade *grade;
        (void)snprintf(module, sizeof module, "%s/modules/honest", tree);
        request.top = tree;
        if (!request.module)
            request.module = module;
        assert_int_equal(grade_lesson(&request, &grade, &error), -1);
        assert_non_null(error);
        free(error);
    }
}

static int run_all(void)
{
    enum { ATTACKS = sizeof attacks / sizeof *attacks };
    const struct CMUnitTest others[] = {
        cmocka_unit_test(a_killed_judge_loses_the_points_and_leaves_nothing),
        cmocka_unit_test(a_killed_grader_leaves_nothing),
        cmocka_unit_test(odd_names_reach_no_shell),
        cmocka_unit_test(what_cannot_be_graded_is_said),
    };
    struct CMUnitTest tests[ATTACKS];
    for (size_t i = 0; i < ATTACKS; i++)
        tests[i] = (struct CMUnitTest){
            .name = attacks[i].module,
            .test_func = gets_what_it_deserves,
            .initial_state = (void *)&attacks[i],
        };
    int failed = _cmocka_run_group_tests("hostile modules", tests, ATTACKS, NULL, NULL);
    return failed +
           cmocka_run_group_tests_name("a grader under attack", others, NULL, NULL);
}

int main(int argc, char **argv)
{
    return fake_lesson_main(argc, argv, checks, sizeof checks / sizeof *checks, run_all);
}
