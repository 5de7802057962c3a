/* grader_player.c - what grader.h promises to the author of a judge, call by call.
 *
 * Here the checks of the judge are the tests: each uses a few calls on a player whose behaviour
 * is known (hostile/lesson/probe.c), and the module that is graded is right. A second list of
 * checks ends in all the ways in which a check can go wrong, and must get the verdict for it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include "fake_lesson.h"

#define START(setup, ...)                                                                \
    player_start(&(const struct player_setup){.seconds = 20, setup},                     \
                 (const char *const[]){__VA_ARGS__, mark(), NULL})
#define NOTHING .kvm = false /* for a macro that wants a member */
#define COMMA ,              /* between members, inside of a macro's argument */

/* --- promises --------------------------------------------------------------------------------- */

static void memory_can_be_read(void **state)
{
    (void)state;
    struct player *player = START(NOTHING, "remember");
    uint64_t address = strtoull(player_ready(player), NULL, 16);
    char text[64] = "";
    assert_int_equal(player_read_memory(player, address, text, 28), 0);
    assert_string_equal(text, "in the memory of the player");
    assert_int_equal(player_read_memory(player, 8, text, 1), -1);
    assert_int_equal(errno, EFAULT);
    assert_int_equal(player_read_guest(player, 0, text, 1), -1);
    assert_int_equal(errno, EFAULT);
}

static void descendants_are_found(void **state)
{
    (void)state;
    struct player *player = START(NOTHING, "family"), *other = START(NOTHING, "remember");
    pid_t pids[8] = {0};
    assert_string_equal(player_ready(player), "three");
    (void)player_ready(other);
    assert_int_equal(player_descendants(player, pids, 8), 3);
    assert_int_equal(player_descendants(other, pids + 4, 4), 0);
    assert_int_equal(player_descendants(player, pids + 4, 1), 3);
    assert_int_equal(pids[4], pids[0]);
    for (int i = 0; i < 3; i++)
        assert_int_equal(atoi(process_status(pids[i], "PPid")), player_pid(player));
    assert_true(pids[0] < pids[1] && pids[1] < pids[2]);
    assert_string_equal(process_status(pids[1], "State"), "Z (zombie)");
}

static void input_and_output_are_whole(void **state)
{
    (void)state;
    static char much[300001];
    memset(much, 'x', sizeof much - 1);
    struct player *player = START(.stdin_text = much, "copy");
    assert_string_equal(player_ready(player), "line one\nline two\036");
    assert_string_equal(player_output(player, NULL), "before\n");
    player_go(player);
    assert_int_equal(player_end(player), 7);
    size_t length;
    const char *output = player_output(player, &length);
    assert_int_equal(length, strlen("before\n") + strlen(much));
    assert_string_equal(output + strlen("before\n"), much);
    assert_string_equal(player_errors(player, NULL), "to stderr\n");
}

static void a_player_stands_still_twice(void **state)
{
    (void)state;
    struct player *player = START(NOTHING, "twice");
    assert_string_equal(player_ready(player), "one");
    player_go(player);
    assert_string_equal(player_ready(player), "two 1");
    player_go(player);
    assert_int_equal(player_end(player), 0);
}

static void only_tmp_can_be_written_to(void **state)
{
    (void)state;
    struct player *player = START(.rootfs = "modules" COMMA.file = "build.sh", "touch");
    const char *said = player_ready(player);
    assert_string_equal(said, "no no yes no no yes no");
    assert_int_equal(access("modules/new", F_OK), -1);
}

static void a_file_is_its_input(void **state)
{
    (void)state;
    struct player *player = START(.file = "include/fake.h", "input");
    assert_int_equal(strncmp(player_ready(player), "/* fake.h - ", 12), 0);
}

static void proc_shows_it(void **state)
{
    (void)state;
    struct player *player = START(.rootfs = "modules" COMMA.inherit = 4, "remember");
    (void)player_ready(player);
    pid_t pid = player_pid(player);
    assert_string_equal(process_status(pid, "NoNewPrivs"), "1");
    assert_string_equal(process_status(pid, "Seccomp"), "0");
    assert_int_equal(getsid(pid), pid); /* no terminal of ours is its own */
    assert_string_equal(process_status(pid, "NoSuchKey"), "");
    assert_string_equal(process_link(pid, "fd/6"), "/");
    assert_string_equal(process_link(pid, "fd/7"), "");
    assert_int_equal(process_descriptors(pid), 4);
    assert_non_null(strstr(process_file(pid, "mountinfo"), " /rootfs ro,nosuid,nodev"));
    assert_string_equal(process_file(pid, "no-such-file"), "");
    assert_true(process_link_is(pid, "root/rootfs", "modules"));
    assert_false(process_link_is(pid, "root", "/"));
    static const char *const namespaces[] = {"user", "mnt", "pid",   "net",
                                             "ipc",  "uts", "cgroup"};
    for (size_t i = 0; i < sizeof namespaces / sizeof *namespaces; i++) {
        char name[32], ours[64];
        (void)snprintf(name, sizeof name, "ns/%s", namespaces[i]);
        (void)snprintf(ours, sizeof ours, "%s", process_link(getpid(), name));
        assert_string_not_equal(process_link(pid, name), ours);
        assert_string_not_equal(process_link(pid, name), "");
    }
    player_go(player);
    assert_int_equal(player_end(player), 0);
    assert_int_equal(process_descriptors(pid), -1);
}

static bool ten_are_there(void *player)
{
    return player_descendants(player, NULL, 0) >= 10;
}

/* Whoever they are inside: the limit is counted at the border of the sandbox. */
static void processes_are_limited(void **state)
{
    (void)state;
    static const char *const ways[] = {"plain", "users", "namespaces"};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct player *player = START(.processes = 10, "many", ways[i]);
        (void)player_ready(player);
        assert_false(judge_wait_until(ten_are_there, player, 0.1));
        assert_int_equal(player_descendants(player, NULL, 0), 9); /* and itself */
    }
}

static void root_can_become_others(void **state)
{
    (void)state;
    struct player *player = START(.as_root = true, "become");
    assert_string_equal(player_ready(player), "become");
    unsigned real, first;
    assert_int_equal(sscanf(process_status(player_pid(player), "Uid"), "%u", &real), 1);
    assert_int_equal(sscanf(process_status(player_pid(player), "Groups"), "%u", &first),
                     1);
    assert_int_equal(real - first, 1000 - 5);
    assert_int_not_equal(real, 1000); /* nobody's id on the host */
}

static void a_signal_is_an_end(void **state)
{
    (void)state;
    assert_int_equal(player_end_any(START(NOTHING, "end-by", "15")), 128 + SIGTERM);
    assert_int_equal(player_end_any(START(NOTHING, "end-by", "9")), 128 + SIGKILL);
}

static bool has_ended(void *player)
{
    return process_file(player_pid(player), "status")[0] == '\0';
}

static void soon_is_waited_for(void **state)
{
    (void)state;
    struct player *player = START(NOTHING, "twice");
    (void)player_ready(player);
    assert_false(judge_wait_until(has_ended, player, 0.05));
    player_go(player);
    (void)player_ready(player);
    player_go(player);
    assert_true(judge_wait_until(has_ended, player, 10));
}

/* --- ways to go wrong ------------------------------------------------------------------------- */

static void fails(void **state)
{
    (void)state;
    judge_expect_errno("errno of it", ENOENT, 0);
}

static void asserts(void **state)
{
    (void)state;
    assert_int_equal(1, 2);
}

static void skips(void **state)
{
    (void)state;
    skip();
}

static void cannot_run(void **state)
{
    (void)state;
    judge_cannot_run("there is no %s", "moon");
}

static void judge_ends(void **state)
{
    (void)state;
    _exit(0);
}

static void judge_crashes(void **state)
{
    (void)state;
    (void)raise(SIGSEGV);
}

static void no_such_word(void **state)
{
    (void)state;
    (void)player_ready(START(NOTHING, "no-such-word"));
}

static void never_ready(void **state)
{
    (void)state;
    (void)player_ready(START(NOTHING, "end-by", "0"));
}

static void killed(void **state)
{
    (void)state;
    (void)player_end(START(NOTHING, "end-by", "9"));
}

static void no_such_rootfs(void **state)
{
    (void)state;
    (void)START(.rootfs = "/no/such/directory", "twice");
}

#define CHECK(name, points)                                                              \
    {                                                                                    \
#name, #name, "fake_answer", points, "", name                                    \
    }

static const struct check checks[] = {
    CHECK(memory_can_be_read, 1),
    CHECK(descendants_are_found, 1),
    CHECK(input_and_output_are_whole, 1),
    CHECK(a_player_stands_still_twice, 1),
    CHECK(only_tmp_can_be_written_to, 1),
    CHECK(a_file_is_its_input, 1),
    CHECK(proc_shows_it, 1),
    CHECK(processes_are_limited, 1),
    CHECK(a_signal_is_an_end, 1),
    CHECK(soon_is_waited_for, 1),
    CHECK(root_can_become_others, 1),
    CHECK(fails, 1),
    CHECK(asserts, 1),
    CHECK(skips, 1),
    CHECK(cannot_run, 1),
    CHECK(judge_ends, 1),
    CHECK(judge_crashes, 1),
    CHECK(no_such_word, 1),
    CHECK(never_ready, 1),
    CHECK(killed, 1),
    CHECK(no_such_rootfs, 1),
};

static const struct {
    const char *id, *says;
    enum grade_status status;
} expected[] = {
    {"memory_can_be_read", "", GRADE_PASSED},
    {"descendants_are_found", "", GRADE_PASSED},
    {"input_and_output_are_whole", "", GRADE_PASSED},
    {"a_player_stands_still_twice", "", GRADE_PASSED},
    {"only_tmp_can_be_written_to", "", GRADE_PASSED},
    {"a_file_is_its_input", "", GRADE_PASSED},
    {"proc_shows_it", "", GRADE_PASSED},
    {"processes_are_limited", "", GRADE_PASSED},
    {"a_signal_is_an_end", "", GRADE_PASSED},
    {"soon_is_waited_for", "", GRADE_PASSED},
    {"fails",
     "errno of it: expected ENOENT (No such file or directory), shown 0 (no error)",
     GRADE_FAILED},
    {"asserts", "0x1 != 0x2", GRADE_FAILED},
    {"skips", "skipped", GRADE_COULD_NOT_RUN},
    {"cannot_run", "there is no moon", GRADE_COULD_NOT_RUN},
    {"judge_ends", "without a verdict", GRADE_FAILED},
    {"judge_crashes", "", GRADE_FAILED},
    {"no_such_word",
     "status 120 before it could be looked at; it wrote: probe: no-such-word",
     GRADE_FAILED},
    {"never_ready", "ended with status 0", GRADE_FAILED},
    {"killed", "SIGKILL", GRADE_CRASHED},
    {"no_such_rootfs", "root file system: No such file", GRADE_COULD_NOT_RUN},
};

static struct grade *grade;

static const struct grade_check *find(const char *id)
{
    for (size_t i = 0; i < grade->count; i++)
        if (strcmp(grade->checks[i].id, id) == 0)
            return &grade->checks[i];
    fail_msg("no check %s", id);
    return NULL;
}

static void gets_its_verdict(void **state)
{
    size_t i = *(size_t *)*state;
    expect_verdict(find(expected[i].id), expected[i].status, expected[i].says);
}

/* With root there are many ids; without, only where newuidmap(1) helps. */
static void many_ids_or_a_reason(void **state)
{
    (void)state;
    const struct grade_check *check = find("root_can_become_others");
    if (geteuid() == 0)
        expect_verdict(check, GRADE_PASSED, "");
    else if (check->status != GRADE_PASSED)
        expect_verdict(check, GRADE_COULD_NOT_RUN, "sub");
}

static int grade_once(void **state)
{
    (void)state;
    char *before = mounts();
    grade = grade_module("honest");
    nothing_is_left(before);
    return 0;
}

static int run_all(void)
{
    enum { COUNT = sizeof expected / sizeof *expected };
    static size_t numbers[COUNT];
    struct CMUnitTest tests[COUNT + 1] = {[COUNT] =
                                              cmocka_unit_test(many_ids_or_a_reason)};
    for (size_t i = 0; i < COUNT; i++) {
        numbers[i] = i;
        tests[i] = (struct CMUnitTest){.name = expected[i].id,
                                       .test_func = gets_its_verdict,
                                       .initial_state = &numbers[i]};
    }
    int failed = _cmocka_run_group_tests("grader.h", tests, COUNT + 1, grade_once, NULL);
    grade_free(grade);
    return failed;
}

int main(int argc, char **argv)
{
    return fake_lesson_main(argc, argv, checks, sizeof checks / sizeof *checks, run_all);
}
