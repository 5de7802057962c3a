/* tutor_survival.c - whose function runs, and what a session survives: crashes, children that
 * return, exits, signals; and that it leaves nothing behind.
 *
 * @no-sanitizer: sessions fork, crash on purpose, and are copied to another folder.
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include "tutor_fake/step.c"
#include "tutor_pipe.h"

/* --- whose function ------------------------------------------------------------------------- */

static void a_function_is_switched_while_it_runs(void **state)
{
    (void)state;
    put_lab("int fake_add(int a, int b) { return 100 * a + b; }\n", "");
    assert_int_equal(
        session("add 1 2\nuse mine fake_add\nadd 1 2\nuse\nreference\nadd 1 2\n"
                "mine\nadd 1 2\nuse reference fake_add\nadd 1 2\n"),
        0);
    expect("add 1 2\n3\nt01> use mine fake_add\nfake_add: yours\nt01> add 1 2\n102\n");
    expect("1.1  fake_add                     yours");
    expect("t01> use reference fake_add\nfake_add: reference\nt01> add 1 2\n3\n");
}

static void a_module_that_was_built_again_is_loaded_anew(void **state)
{
    (void)state;
    put_lab("int fake_add(int a, int b) { return 10 * a + b; }\n", "");
    assert_int_equal(
        session("mine\nadd 1 2\n"
                "$ sleep 0.02; echo 'int fake_add(int a, int b) { return 20 * a + b; }' "
                "> labs/t01-fake/fake.c\nmine\nadd 1 2\n"
                "$ sleep 0.02; echo 'int fake_add(int a, int b) { return 30 * a + b; }' "
                "> labs/t01-fake/fake.c\nuse mine fake_add\nadd 1 2\n"),
        0);
    expect("\n12\n");
    expect("\n22\n");
    expect("\n32\n");
}

static void what_is_not_written_stays_the_references(void **state)
{
    (void)state;
    assert_int_equal(session("mine\nadd 1 2\n"), 0);
    expect("None of your functions is finished yet");
    expect("\n3\n");
    assert_int_equal(session("use mine fake_add\nadd 1 2\n"), 1);
    expect("fake_add is not written yet");
    expect("\n3\n");
    assert_int_equal(session("use mine other\nuse your fake_add\n"), 1);
    expect("other: there is no such function");
    expect("usage: use");
}

static void what_does_not_build_switches_nothing(void **state)
{
    (void)state;
    put_lab("int fake_add(int a, int b) { return a +; }\n", "");
    assert_int_equal(session("mine\nadd 1 2\n"), 1);
    expect("error:");
    expect("your module was not built: nothing was switched");
    expect("\n3\n");
}

static void the_source_that_runs_is_shown(void **state)
{
    (void)state;
    put_lab(
        "/* Mine. */\nint fake_add(int a, int b)\n{\n    return b + a;\n}\n\nint x;\n",
        "");
    assert_int_equal(session("source fake_add\nuse mine fake_add\nsource fake_add\n"
                             "source reference fake_add\n"),
                     0);
    expect("solutions/t01-fake/fake.c:1\n/* Adds.  @lab 1.1 @points 10 */\nint "
           "fake_add(int a, "
           "int b)\n{\n    return a + b;\n}\n");
    expect("labs/t01-fake/fake.c:1\n/* Mine. */\nint fake_add(int a, int b)\n{\n    "
           "return b + a;"
           "\n}\nt01> ");
    assert_int_equal(RUN("source", "other"), 1);
}

/* --- what may go wrong ------------------------------------------------------------------------ */

static void a_crash_does_not_end_the_session(void **state)
{
    (void)state;
    put_lab("static int deeper(int *p) { return *p; }\n"
            "int fake_add(int a, int b)\n{\n    return a + b + deeper((int *)8);\n}\n",
            "");
    assert_int_equal(session("use mine fake_add\nadd 1 2\nadd 1 2\nreference\nadd 1 2\n"),
                     1);
    expect("your deeper crashed: Segmentation fault at address 0x8: "
           "labs/t01-fake/fake.c:1\n");
    expect("t01> add 1 2\n3\n");
}

static void a_crash_in_the_library_names_who_called_it(void **state)
{
    (void)state;
    put_lab("#include <stdlib.h>\n#include <string.h>\n"
            "int fake_add(int a, int b)\n{\n    if (a == 1)\n        abort();\n"
            "    return fake_add(a, b + (int)strlen((char *)(long)a));\n}\n",
            "");
    assert_int_equal(session("use mine fake_add\nadd 1 2\nadd 2 2\nreference\nadd 1 2\n"),
                     1);
    expect("your fake_add crashed: Aborted: labs/t01-fake/fake.c:6\n");
    expect("your fake_add crashed: Segmentation fault at address 0x2: "
           "labs/t01-fake/fake.c:7\n");
    expect("t01> add 1 2\n3\n");
}

static void endless_recursion_does_not_end_the_session(void **state)
{
    (void)state;
    put_lab("int fake_add(int a, int b)\n{\n    volatile char big[4096] = {0};\n"
            "    return fake_add(a, b + 1) + big[a];\n}\n",
            "");
    assert_int_equal(session("use mine fake_add\nadd 1 2\nreference\nadd 1 2\n"), 1);
    expect("crashed: Segmentation fault");
    expect("t01> add 1 2\n3\n");
}

static void a_child_that_returns_is_ended(void **state)
{
    (void)state;
    assert_int_equal(session("stray\nhello\n"), 0);
    expect("a child process came back from the command");
    const char *first = strstr(output, "t01> hello\n");
    assert_non_null(first);
    assert_null(strstr(first + 1, "t01> hello\n")); /* one session, not two */
}

static void a_command_cannot_move_the_session(void **state)
{
    (void)state;
    assert_int_equal(session("move /tmp\n$ pwd\n$ umask\n"), 0);
    expect(world);
    expect_not("0000\n");
}

static void all_that_was_started_ends_with_the_session(void **state)
{
    (void)state;
    assert_int_equal(session("count\ncount\ndaemon\n$ sleep 70 & echo sleeper $!\n"), 0);
    expect("count 2");
    assert_string_equal(get_file("destroyed"), "2\n");
    assert_false(lives(number_after("\ndaemon ")));
    assert_false(lives(number_after("\nsleeper ")));
    assert_int_equal(RUN("daemon"), 0);
    assert_false(lives(number_after("daemon ")));
}

static void exit_in_a_command_ends_what_it_started(void **state)
{
    (void)state;
    assert_int_equal(session("count\ndaemon\nexit\nhello\n"), 7);
    expect("the session ended with status 7: a function called exit");
    assert_string_equal(get_file("destroyed"), "1\n");
    assert_false(lives(number_after("\ndaemon ")));
}

static void a_killed_session_leaves_nothing(void **state)
{
    (void)state;
    output[0] = '\0';
    struct running running = start_session((char *[]){"t01", NULL});
    static const char input[] = "daemon\npid\n";
    assert_int_equal(write(running.in, input, strlen(input)), strlen(input));
    read_until(&running, "process ");
    read_until(&running, "\n");
    usleep(50000);
    int daemon = number_after("\ndaemon ");
    assert_true(lives(daemon));
    kill(number_after("process "), SIGKILL); /* the session itself, not its keeper */
    assert_int_equal(end_session(&running), 128 + SIGKILL);
    expect("the session was ended by signal 9 (Killed)");
    assert_false(lives(daemon));
}

static void sigterm_ends_it_as_quit_does(void **state)
{
    static const int signals[] = {SIGTERM, SIGHUP};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        output[0] = '\0';
        struct running running = start_session((char *[]){"t01", NULL});
        static const char input[] = "count\ndaemon\nwait\n";
        assert_int_equal(write(running.in, input, strlen(input)), strlen(input));
        read_until(&running, "waiting");
        int daemon = number_after("\ndaemon ");
        kill(running.pid, signals[i]);
        assert_int_equal(end_session(&running), 128 + SIGTERM);
        assert_string_equal(get_file("destroyed"), "1\n");
        assert_int_equal(unlink(in_world("destroyed")), 0);
        assert_false(lives(daemon));
    }
}

static void a_reader_that_goes_away_does_not_hang_it(void **state)
{
    int status;

    (void)state;
    output[0] = '\0';
    struct running running = start_session((char *[]){"t01", NULL});
    static const char input[] =
        "daemon\n$ yes | head -c 3000000; echo done > finished\nhello\n";
    assert_int_equal(write(running.in, input, strlen(input)), strlen(input));
    read_until(&running, "y\ny\n");
    int daemon = number_after("\ndaemon ");
    close(running.out);
    close(running.in);
    assert_int_equal(waitpid(running.pid, &status, 0), running.pid);
    assert_string_equal(get_file("finished"), "done\n");
    assert_false(lives(daemon));
}

int main(int argc, char **argv)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_make, world_remove)
    const struct CMUnitTest tests[] = {
        TEST(a_function_is_switched_while_it_runs),
        TEST(a_module_that_was_built_again_is_loaded_anew),
        TEST(what_is_not_written_stays_the_references),
        TEST(what_does_not_build_switches_nothing),
        TEST(the_source_that_runs_is_shown),
        TEST(a_crash_does_not_end_the_session),
        TEST(a_crash_in_the_library_names_who_called_it),
        TEST(endless_recursion_does_not_end_the_session),
        TEST(a_child_that_returns_is_ended),
        TEST(a_command_cannot_move_the_session),
        TEST(all_that_was_started_ends_with_the_session),
        TEST(exit_in_a_command_ends_what_it_started),
        TEST(a_killed_session_leaves_nothing),
        TEST(sigterm_ends_it_as_quit_does),
        TEST(a_reader_that_goes_away_does_not_hang_it),
    };
    if (is_step_program(argv[0]))
        return tutor_main(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
