/* grader_hostile.c - the grader, attacked: each module of tests/kit/hostile gets what it deserves.
 *
 * The lesson is a fake one (hostile/lesson), so that these tests stand when lessons change. This
 * program is also its judge: called with --list or --probes it is judge_main. Each module is
 * graded in the usual way, through build.sh, and then nothing may be left: no process (they
 * carry a mark on their command line), no mount, no file.
 *
 * As root everything is done twice, the second time as an ordinary user.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "grade.h"
#include "grader.h"

/* --- the judge of the fake lesson ----------------------------------------------------------------- */

static const char *mark(void)
{
    const char *given = getenv("HOSTILE_MARK");
    return given ? given : "no-mark";
}

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
    {"compiler_bomb", GRADE_DID_NOT_BUILD, GRADE_DID_NOT_BUILD, "did not build",
     "did not build", 0},
    {"destroyer", GRADE_FAILED, GRADE_FAILED, "expected \"41\"", "expected \"/tmp\"", 0},
    {"daemon", GRADE_FAILED, GRADE_FAILED, "expected \"41\"", "expected \"/tmp\"", 0},
    {"nasty_words", GRADE_FAILED, GRADE_CRASHED, "it wrote", "SIGABRT", 0},
    {"own_handlers", GRADE_TIMED_OUT, GRADE_TIMED_OUT, "a loop", "a loop", 0},
    {"steal_input", GRADE_FAILED, GRADE_FAILED, "", "", 0},
};

/* --- what is left behind ---------------------------------------------------------------------------- */

static char tree[64]; /* of the fake lesson */

/* Whether a process has TEXT on its command line; PID gets one that does, and whose parent is
 * PARENT unless that is 0. */
static bool process_with(const char *text, pid_t parent, pid_t *pid)
{
    DIR *proc = opendir("/proc");
    assert_non_null(proc);
    bool found = false;
    struct dirent *entry;
    while (!found && (entry = readdir(proc))) {
        char path[300], line[4096];
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        (void)snprintf(path, sizeof path, "/proc/%s/cmdline", entry->d_name);
        FILE *file = fopen(path, "re");
        size_t length = file ? fread(line, 1, sizeof line, file) : 0;
        if (file)
            (void)fclose(file);
        *pid = atoi(entry->d_name);
        for (size_t i = 0; i < length; i++)
            line[i] = line[i] ? line[i] : ' '; /* what lies between the words */
        found = memmem(line, length, text, strlen(text)) != NULL &&
                (parent == 0 || atoi(process_status(*pid, "PPid")) == parent);
    }
    (void)closedir(proc);
    return found;
}

static size_t count_entries(const char *path)
{
    DIR *directory = opendir(path);
    assert_non_null(directory);
    size_t count = 0;
    while (readdir(directory))
        count++;
    (void)closedir(directory);
    return count - 2;
}

static char *mounts(void)
{
    static char text[2][65536];
    static int which;
    which = !which;
    FILE *file = fopen("/proc/self/mountinfo", "re");
    assert_non_null(file);
    text[which][fread(text[which], 1, sizeof text[which] - 1, file)] = '\0';
    (void)fclose(file);
    return text[which];
}

static void nothing_is_left(const char *mounts_before)
{
    pid_t pid = 0;
    if (process_with(mark(), 0, &pid))
        fail_msg("process %d is left: %s", pid, process_file(pid, "cmdline"));
    assert_string_equal(mounts(), mounts_before);
    assert_int_equal(count_entries(getenv("TMPDIR")), 0);
    errno = 0;
    assert_int_equal(waitpid(-1, NULL, WNOHANG),
                     -1); /* no child, and no orphan adopted */
    assert_int_equal(errno, ECHILD);
}

/* --- the tests -------------------------------------------------------------------------------------- */

static struct grade *grade_module(const char *module)
{
    char *path, *out, *judge_path, *error = NULL;
    assert_int_not_equal(asprintf(&path, "%s/modules/%s", tree, module), -1);
    assert_int_not_equal(asprintf(&out, "%s/out-%s", tree, mark()), -1);
    assert_int_not_equal(asprintf(&judge_path, "%s/judge", tree), -1);
    const struct grade_request request = {
        .top = tree,
        .lesson = "fake",
        .module = path,
        .out = out,
        .judge = judge_path,
        .builder = "./build.sh",
    };
    struct grade *grade;
    if (grade_lesson(&request, &grade, &error) == -1)
        fail_msg("%s", error);
    free(path);
    free(out);
    free(judge_path);
    return grade;
}

static void expect_verdict(const struct grade_check *check, enum grade_status status,
                           const char *says)
{
    if (check->status != status || !strstr(check->message, says))
        fail_msg("%s: expected %s with \"%s\", got %s: %s", check->id,
                 grade_status_word(status), says, grade_status_word(check->status),
                 check->message);
}

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

static void expect_soon_nothing(void)
{
    pid_t pid;
    /* Orphans of the dead are adopted by us, and end when the kernel gets to them. */
    for (int i = 0; i < 1000; i++) {
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
        if (errno == ECHILD && !process_with(mark(), 0, &pid))
            return;
        (void)usleep(5000);
    }
}

static void a_killed_judge_loses_the_points_and_leaves_nothing(void **state)
{
    (void)state;
    char *before = mounts();
    int status = grade_in_child(kill_judge);
    assert_int_equal(status, 0);
    expect_soon_nothing();
    nothing_is_left(before);
}

static void a_killed_grader_leaves_nothing(void **state)
{
    (void)state;
    char *before = mounts();
    int status = grade_in_child(kill_grader);
    assert_true(WIFSIGNALED(status));
    expect_soon_nothing();
    nothing_is_left(before);
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

/* --- twice: as we are, and as nobody ------------------------------------------------------------------ */

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

/* The tree of the fake lesson, in /tmp, which OWNER can use. */
static int make_tree(const char *self, uid_t owner)
{
    char command[PATH_MAX + 256];
    (void)snprintf(tree, sizeof tree, "/tmp/boxwork-hostile-XXXXXX");
    if (!mkdtemp(tree))
        return -1;
    (void)snprintf(command, sizeof command,
                   "sh tests/kit/hostile/lesson/prepare.sh '%s' && cp '%s' '%s/judge' && "
                   "mkdir '%s/out-%s' && chmod 755 '%s' && chown -R %u '%s'",
                   tree, self, tree, tree, mark(), tree, owner, tree);
    return system(command) == 0
               ? setenv("TMPDIR", strcat(strcpy(command, tree), "/tmp"), 1)
               : -1;
}

static void remove_tree(void)
{
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", tree);
    if (system(command) != 0)
        fprintf(stderr, "%s: could not be removed\n", tree);
}

static int run_as(const char *self, uid_t user)
{
    if (make_tree(self, user) == -1) {
        fprintf(stderr, "no tree for the fake lesson: %s\n", strerror(errno));
        return 1;
    }
    pid_t child = fork();
    if (child == 0) {
        if (chdir(tree) == -1)
            _exit(1);
        if (user != geteuid() &&
            (setgroups(0, NULL) == -1 || setresgid(user, user, user) == -1 ||
             setresuid(user, user, user) == -1))
            _exit(1);
        /* To be asked about our own /proc again, and to adopt what is left, so that it shows. */
        if (prctl(PR_SET_DUMPABLE, 1) == -1 || prctl(PR_SET_CHILD_SUBREAPER, 1) == -1)
            _exit(1);
        printf("as user %u:\n", user);
        int failed = run_all();
        (void)fflush(NULL);
        _exit(failed > 100 ? 100 : failed);
    }
    int status = 1;
    if (child == -1 || waitpid(child, &status, 0) == -1)
        perror("the tests");
    remove_tree();
    return status;
}

int main(int argc, char **argv)
{
    if (argc > 1 && (strcmp(argv[1], "--list") == 0 || strcmp(argv[1], "--probes") == 0))
        return judge_main(argc, argv, "fake", checks, sizeof checks / sizeof *checks);

    char self[PATH_MAX], own_mark[32];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length == -1)
        return 1;
    self[length] = '\0';
    (void)snprintf(own_mark, sizeof own_mark, "hostile-%d", getpid());
    if (setenv("HOSTILE_MARK", own_mark, 1) == -1)
        return 1;
    int status = run_as(self, geteuid());
    if (geteuid() == 0)
        status |= run_as(self, 65534);
    return status == 0 ? 0 : 1;
}
