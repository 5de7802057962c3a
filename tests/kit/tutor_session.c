/* tutor_session.c - the tutor driven through a pipe and by its command line: scripts, single
 * words, the guide.
 *
 * @no-sanitizer: sessions fork, and are copied to another folder.
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
#include "progress.h"

/* --- scripts ----------------------------------------------------------------------------- */

static void a_transcript_reads_like_the_page(void **state)
{
    (void)state;
    assert_int_equal(
        session("hello world\n\n# a comment\n$ echo a; echo b >&2\nadd 1 2\n"), 0);
    assert_string_equal(output,
                        "t01> hello world\nhello, world\nt01> \nt01> # a comment\n"
                        "$ echo a; echo b >&2\na\nb\nt01> add 1 2\n3\n");
}

static void a_failed_command_fails_the_script_but_does_not_end_it(void **state)
{
    (void)state;
    assert_int_equal(session("fail\nhello\n"), 1);
    assert_string_equal(output, "t01> fail\nfail: this failed\nt01> hello\nhello, you\n");
    assert_int_equal(session("$ exit 3\n"), 1);
    assert_int_equal(session("hello 'x\nhello y\n"), 1);
    expect("a quote or a backslash is left open");
    expect("hello, y");
}

static void a_script_can_be_a_file(void **state)
{
    (void)state;
    put_file("script", "hello 'a b'\nquit\nhello never\n");
    char script[PATH_MAX + 256];
    strcpy(script, in_world("script"));
    assert_int_equal(RUN("-f", script), 0);
    assert_string_equal(output, "t01> hello 'a b'\nhello, a b\nt01> quit\n");
    assert_int_equal(RUN("-f", "/nowhere"), 1);
    expect("/nowhere: No such file or directory");
    assert_int_equal(RUN("-f"), 2);
}

static void a_command_reads_what_follows_its_line(void **state)
{
    (void)state;
    assert_int_equal(session("$ read line; echo \"got $line\"\nthis\nhello\n"), 0);
    expect("got this\n");
    expect("t01> hello\nhello, you");
}

static void output_without_a_line_end_does_not_move_the_prompt(void **state)
{
    (void)state;
    assert_int_equal(session("$ printf abc\nhello\n"), 0);
    expect("abc\nt01> hello\n");
}

static void a_lot_of_output_arrives_whole(void **state)
{
    (void)state;
    assert_int_equal(session("$ yes 1234567 | head -c 4000000\nhello\n"), 0);
    assert_true(strlen(output) > 4000000);
    expect("t01> hello\nhello, you\n");
}

static void a_background_process_does_not_hold_the_session(void **state)
{
    double start = seconds();

    (void)state;
    assert_int_equal(session("$ sleep 60 &\nhello\n"), 0);
    expect("hello, you");
    assert_true(seconds() - start < 10);
}

/* --- the command line ----------------------------------------------------------------------- */

static void a_word_can_be_run_alone(void **state)
{
    (void)state;
    assert_int_equal(RUN("hello", "a  b"), 0);
    assert_string_equal(output, "hello, a  b\n");
    assert_int_equal(RUN("fail"), 1);
    assert_string_equal(output, "fail: this failed\n");
    assert_int_equal(session_of((char *[]){"t01", "add", "1", NULL}, ""), 2);
    assert_string_equal(output, "usage: add A B\n");
    assert_int_equal(RUN("helo"), 2);
    assert_string_equal(output, "helo: there is no such word: did you mean hello\n");
    assert_int_equal(RUN("something"), 2);
    expect("`help` lists them");
    assert_int_equal(RUN("--wrong"), 2);
}

static void help_and_version_are_there(void **state)
{
    (void)state;
    assert_int_equal(RUN("--version"), 0);
    expect("t01-fake");
    assert_int_equal(RUN("--help"), 0);
    expect("usage: t01");
    expect("hello [NAME]");
    expect("play");
    assert_int_equal(RUN("help", "add"), 0);
    expect("add A B: add two numbers\nBy fake_add.\n");
    assert_int_equal(RUN("help", "ad"), 1);
    expect("did you mean add");
}

static void a_word_alone_runs_where_it_is_called(void **state)
{
    (void)state;
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(session("$ pwd\n"), 0);
    expect(world);
    assert_int_equal(RUN("move", "lessons"), 1); /* / has no lessons/ */
}

static void output_that_is_lost_is_a_failure(void **state)
{
    (void)state;
    shell("cd %s && ! LD_PRELOAD=build/reference/t01-fake.so %s > /dev/full 2>/dev/null",
          "build/t01 hello");
    shell("cd %s && ! LD_PRELOAD=build/reference/t01-fake.so %s > /dev/full 2>/dev/null",
          "build/t01 --help");
}

static void it_opens_at_once(void **state)
{
    double best = 1000;

    (void)state;
    for (int i = 0; i < 10; i++) {
        double start = seconds();
        assert_int_equal(session("quit\n"), 0);
        double took = seconds() - start;
        best = took < best ? took : best;
    }
    assert_true(best < 0.1);
}

/* --- the guide ------------------------------------------------------------------------------- */

static int ticked(void)
{
    char error[600];
    struct progress *progress = progress_open(world, PROGRESS_READ, error, sizeof error);

    assert_non_null(progress);
    int count = progress_steps(progress, "t01-fake");
    progress_close(progress);
    return count;
}

static void a_step_is_ticked_when_its_output_matched(void **state)
{
    (void)state;
    assert_int_equal(session("hello  there\n"), 0);
    assert_int_equal(ticked(), 0); /* another line than the page's */
    assert_int_equal(session("hello   world\n"), 0);
    assert_int_equal(ticked(), 1);
    assert_int_equal(session("hello world\nhello world\n"), 0);
    assert_int_equal(ticked(), 2); /* it stands on the page twice */
    assert_int_equal(session("fail\n"), 1);
    assert_int_equal(ticked(), 3);
    assert_int_equal(session("! printf 'one\\ntwo\\nthree\\n'\n"), 0);
    assert_int_equal(ticked(), 4);
    assert_int_equal(session("add 1 2\nnext\nwhere\n"), 0);
    expect("✓ t01> hello world");
    expect("3 of 3 done");
}

static void where_shows_what_differs(void **state)
{
    (void)state;
    put_lab("int fake_add(int a, int b) { return a * b; }\n", "");
    assert_int_equal(session("use mine fake_add\nadd 1 2\nnext\nnext\n"), 0);
    expect("· add 1 2\n  expected (differs at line 1):\n    3\n  shown:\n    2\n");
    expect("0 of 3 done");
    assert_int_equal(ticked(), 0);
}

static void the_guide_goes_on_and_back(void **state)
{
    (void)state;
    assert_int_equal(
        session("where\nnext\nnext\nnext\nback\nback\nback\nwhere 3\nwhere 4\n"), 1);
    expect("You will be able to *test* the tutor.");
    expect("This is the last section.");
    expect("This is the first section.");
    expect("there is no such section: they are numbered from 1 to 3");
    expect_not("because the test says so");
    expect_not("It is about");
    assert_int_equal(session("where\n"), 0);
    expect("Second\n──────\n"); /* it is remembered */
}

static void do_types_the_next_command(void **state)
{
    (void)state;
    assert_int_equal(session("next\ndo\ndo\ndo\ndo\n"), 0);
    expect("t01> do\nt01> hello world\nhello, world\nt01> do\n$ printf");
    expect("There is no command left to type in this section");
    assert_int_equal(ticked(), 3);
}

static void play_types_the_page_and_notes_nothing(void **state)
{
    (void)state;
    assert_int_equal(RUN("play"), 0);
    expect("6 of 6 commands show what the page shows");
    assert_int_equal(session("play\n"), 0);
    expect("6 of 6");
    assert_int_equal(ticked(), 0);
}

static void play_shows_what_differs_and_fails(void **state)
{
    (void)state;
    shell("sed -i 's/^hello, world/hello, moon/' %s/lessons/t01-fake/%s", "README.md");
    assert_int_equal(RUN("play"), 1);
    expect(
        "✗ this is not what the page shows in “First”\n"
        "  expected (differs at line 1):\n    hello, moon\n  shown:\n    hello, world\n");
    expect("4 of 6 commands");
    assert_int_equal(session("play\n"), 1);
}

static void play_gives_no_input(void **state)
{
    (void)state;
    shell(
        "printf '\\n## Third\\n\\n```console\\n$ cat\\n```\\n' >> %s/lessons/t01-fake/%s",
        "README.md");
    struct running running = start_session((char *[]){"t01", "play", NULL});
    output[0] = '\0';
    read_until(&running, "7 of 7"); /* although nobody closes its stdin */
    assert_int_equal(end_session(&running), 0);
}

static void hints_open_one_at_a_time(void **state)
{
    (void)state;
    assert_int_equal(session("hint\nhint fake_add\n"), 0);
    expect("0 of 2 open");
    expect("1. It is about `+`.\n1 of 2 hints are open.");
    assert_int_equal(RUN("hint", "fake_add"), 0); /* remembered */
    expect("1. It is about `+`.\n2. The other operand is `b`.\n");
    expect("last hint");
    assert_int_equal(RUN("hint", "other"), 1);
    expect("there are no hints for it");
}

static void questions_are_asked_checked_and_explained(void **state)
{
    (void)state;
    assert_int_equal(session("ask\na\nask\nb)\nask\n0x7F\nask\n"), 1);
    expect("Which letter?\n\na) this one\nb) that one\nanswer: a\nNot so. `ask 1` asks "
           "again.");
    expect("answer: b)\nRight.\nbecause the test says so\n");
    expect("Which number?\n\nanswer: 0x7F\nRight.\nas in the tests\n");
    expect("All 2 questions are answered.");
    assert_int_equal(RUN("ask", "1", "B"), 0);
    assert_int_equal(RUN("ask", "1", "a"), 1);
    expect_not("because");
    assert_int_equal(session("ask 1 a\nask 1 a\n"), 1);
    expect("The answer is b.\nbecause the test says so");
    assert_int_equal(session("ask 1 c\n"), 1);
    expect("The choices are a to b: `ask 1` asks again.\n");
    assert_int_equal(session("ask 2\n"), 1);
    expect("there is no answer: the input is at its end");
    assert_int_equal(RUN("ask", "9"), 1);
}

static void a_damaged_progress_file_is_said_once_and_left(void **state)
{
    (void)state;
    assert_int_equal(mkdir(in_world(".boxwork"), 0700), 0);
    put_file(".boxwork/progress.json", "{ damaged");
    assert_int_equal(session("hello world\nadd 1 2\n"), 0);
    expect("progress.json: line 1:");
    expect("hello, world");
    assert_null(strstr(strstr(output, "progress: ") + 1, "progress: "));
    assert_string_equal(get_file(".boxwork/progress.json"), "{ damaged");
    assert_string_equal(get_file(".boxwork/progress.damaged.json"), "{ damaged");
}

int main(int argc, char **argv)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_make, world_remove)
    const struct CMUnitTest tests[] = {
        TEST(a_transcript_reads_like_the_page),
        TEST(a_failed_command_fails_the_script_but_does_not_end_it),
        TEST(a_script_can_be_a_file),
        TEST(a_command_reads_what_follows_its_line),
        TEST(output_without_a_line_end_does_not_move_the_prompt),
        TEST(a_lot_of_output_arrives_whole),
        TEST(a_background_process_does_not_hold_the_session),
        TEST(a_word_can_be_run_alone),
        TEST(help_and_version_are_there),
        TEST(a_word_alone_runs_where_it_is_called),
        TEST(output_that_is_lost_is_a_failure),
        TEST(it_opens_at_once),
        TEST(a_step_is_ticked_when_its_output_matched),
        TEST(where_shows_what_differs),
        TEST(the_guide_goes_on_and_back),
        TEST(do_types_the_next_command),
        TEST(play_types_the_page_and_notes_nothing),
        TEST(play_shows_what_differs_and_fails),
        TEST(play_gives_no_input),
        TEST(hints_open_one_at_a_time),
        TEST(questions_are_asked_checked_and_explained),
        TEST(a_damaged_progress_file_is_said_once_and_left),
    };
    if (is_step_program(argv[0]))
        return tutor_main(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
