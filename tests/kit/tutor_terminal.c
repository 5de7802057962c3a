/* tutor_terminal.c - the tutor driven through a terminal: keys, Tab, Ctrl-C, Ctrl-D.
 *
 * The test holds the other side of a pty, types what a learner would type and waits for what
 * a learner would see. @no-sanitizer: as in tutor_session.c.
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include "tutor_fake/step.c"
#include "tutor_world.h"
#include "match.h"

#define PATIENCE 20.0

struct terminal {
    int fd;
    pid_t pid;
    char raw[1 << 20]; /* what came since the last look */
    size_t length;
};

static struct terminal terminal;

static void open_terminal(int columns, const char *no_colour)
{
    struct winsize size = {.ws_row = 40, .ws_col = (unsigned short)columns};

    terminal.length = 0;
    terminal.pid = forkpty(&terminal.fd, NULL, NULL, &size);
    assert_true(terminal.pid >= 0);
    if (terminal.pid == 0) {
        setenv("TERM", "xterm", 1);
        setenv("INPUTRC", "/dev/null", 1); /* the tester's own habits stay out */
        if (no_colour)
            setenv("NO_COLOR", no_colour, 1);
        else
            unsetenv("NO_COLOR");
        become_step((char *[]){"t01", NULL});
    }
}

static void type(const char *keys)
{
    assert_int_equal(write(terminal.fd, keys, strlen(keys)), strlen(keys));
}

/* Reads what is there, for at most MS milliseconds. Returns false at the end. */
static bool read_some(int ms)
{
    struct pollfd ready = {.fd = terminal.fd, .events = POLLIN};

    if (poll(&ready, 1, ms) != 1)
        return true;
    ssize_t got = read(terminal.fd, terminal.raw + terminal.length,
                       sizeof terminal.raw - terminal.length - 1);
    if (got <= 0)
        return false;
    terminal.length += (size_t)got;
    terminal.raw[terminal.length] = '\0';
    return true;
}

/* Readline goes to the start of a line with a carriage return of its own. */
static void drop_returns(char *text)
{
    char *to = text;

    for (const char *from = text; *from; from++)
        if (*from != '\r')
            *to++ = *from;
    *to = '\0';
}

/* Waits until TEXT is seen (escape sequences do not count), and returns all that was seen since
 * the last look. */
static const char *look(const char *text)
{
    static char seen[sizeof terminal.raw];
    double start = seconds();

    for (;;) {
        memcpy(seen, terminal.raw, terminal.length);
        seen[terminal.length] = '\0';
        match_strip(seen);
        drop_returns(seen);
        if (strstr(seen, text)) {
            terminal.length = 0;
            return seen;
        }
        bool more = read_some(50);
        if (!more || seconds() - start > PATIENCE) {
            kill(terminal.pid, SIGTERM);
            fail_msg("%s before <%s>; seen:\n%s", more ? "nothing more" : "it ended",
                     text, seen);
        }
    }
}

static int wait_end(void)
{
    double start = seconds();
    int status;

    while (read_some(50) && seconds() - start < PATIENCE)
        ;
    while (waitpid(terminal.pid, &status, WNOHANG) == 0) {
        if (seconds() - start > PATIENCE) {
            kill(terminal.pid, SIGKILL);
            fail_msg("it does not end");
        }
        usleep(10000);
    }
    close(terminal.fd);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void leave(void)
{
    type("quit\r");
    assert_int_equal(wait_end(), 0);
}

static void see(const char *seen, const char *text)
{
    if (!strstr(seen, text))
        fail_msg("not seen: <%s> in:\n%s", text, seen);
}

/* --------------------------------------------------------------------------------------------- */

static void the_first_section_is_shown_and_steps_are_ticked(void **state)
{
    (void)state;
    open_terminal(80, NULL);
    see(look("t01> "), "You will be able to test the tutor.");
    type("hello world\r");
    see(look("1 of 3 done in “First”"), "hello, world\n");
    type("next\r");
    see(look("`next` goes on"), "✓ t01> hello world");
    type("$ printf 'one\\ntwo\\nthree\\n'\r");
    look("✓ 2 of 3 done");
    type("hello world\r");
    look("✓ 3 of 3 done: that was this section");
    leave();
}

static void other_output_than_the_pages_is_one_quiet_line(void **state)
{
    (void)state;
    put_lab("int fake_add(int a, int b) { return a * b; }\n", "");
    open_terminal(80, NULL);
    look("t01> ");
    type("use mine fake_add\r");
    look("yours");
    type("next\r");
    look("section 2 of 3");
    type("next\r");
    look("section 3 of 3");
    type("add 1 2\r");
    see(look("the page shows something else here: `where` says what"), "\n2\n");
    leave();
}

static void tab_completes_by_the_kind_of_the_word(void **state)
{
    (void)state;
    put_file("a-long-name", "");
    open_terminal(80, NULL);
    look("t01> ");
    type("hel\t"); /* hello, help: only the common part */
    type("lo you\r");
    look("hello, you");
    type("scr\t\r");
    look("80 columns");
    type("paint bl\t\r");
    look("painted blue");
    type("paint g\te\t\r");
    look("painted green");
    type("use mi\tfa\t\r");
    look("fake_add is not written yet");
    type("$ ls a-lo\t\r");
    look("\na-long-name");
    type("help nex\t\r");
    look("show the next section of the page");
    type("hello a-lo\t\r"); /* hello takes no files */
    look("hello, a-lo\n");
    leave();
}

static void ctrl_c_stops_the_command_and_not_the_session(void **state)
{
    (void)state;
    open_terminal(80, NULL);
    look("t01> ");
    type("$ sleep 600\r");
    look("sleep 600\n");
    usleep(200000);
    double start = seconds();
    type("\003");
    look("t01> ");
    assert_true(seconds() - start < 5);
    type("wait\r");
    look("waiting\n");
    type("\003");
    see(look("t01> "), "interrupted\n");
    type("hello\r");
    look("hello, you");
    leave();
}

static void a_second_ctrl_c_breaks_off_what_ignores_the_first(void **state)
{
    (void)state;
    open_terminal(80, NULL);
    look("t01> ");
    type("deaf\r");
    look("deaf\ndeaf\n");
    type("\003");
    usleep(200000);
    type("\003");
    see(look("t01> "), "deaf: broken off");
    type("hello\r");
    look("hello, you");
    leave();
}

static void ctrl_c_belongs_to_the_program_inside_first(void **state)
{
    (void)state;
    open_terminal(80, NULL);
    look("t01> ");
    /* it does not end by two of them, slowly; three at once are meant */
    type("$ trap 'echo got it' INT; echo ready; while :; do sleep 1; done\r");
    look("\nready\n");
    type("\003");
    look("got it\n");
    usleep(2500000);
    type("\003");
    look("got it\n");
    usleep(2500000);
    /* three of them within a second and a half; on a busy machine some take longer */
    for (int i = 0; i < 40 && !strstr(terminal.raw, "broken off"); i++) {
        type("\003");
        usleep(150000); /* signals that wait are one */
        read_some(1);
        terminal.raw[terminal.length] = '\0';
    }
    see(look("t01> "), "sh: broken off");
    leave();
}

static void ctrl_c_at_the_prompt_clears_the_line(void **state)
{
    (void)state;
    open_terminal(80, NULL);
    look("t01> ");
    type("fail");
    look("fail");
    type("\003");
    assert_null(strstr(look("t01> "), "this failed")); /* it is cleared, not run */
    type("hello\t\r"); /* also the next key works at once */
    assert_null(strstr(look("\nhello, you"), "this failed"));
    leave();
}

static void ctrl_d_leaves_and_ends_what_was_started(void **state)
{
    (void)state;
    open_terminal(80, NULL);
    look("t01> ");
    type("count\r");
    look("count 1");
    type("daemon\r");
    const char *seen = look("\ndaemon ");
    usleep(100000);
    read_some(100);
    const char *found = strstr(seen, "\ndaemon ");
    int daemon = atoi(found + strlen("\ndaemon "));
    if (daemon == 0)
        daemon = atoi(terminal.raw);
    assert_true(lives(daemon));
    type("\004");
    assert_int_equal(wait_end(), 0);
    assert_false(lives(daemon));
    assert_string_equal(get_file("destroyed"), "1\n");
}

static void a_hangup_leaves_nothing(void **state)
{
    int status;

    (void)state;
    open_terminal(80, NULL);
    look("t01> ");
    type("count\r");
    look("count 1");
    close(terminal.fd); /* the connection breaks */
    double start = seconds();
    while (waitpid(terminal.pid, &status, WNOHANG) == 0 && seconds() - start < PATIENCE)
        usleep(10000);
    assert_true(seconds() - start < PATIENCE);
    assert_string_equal(get_file("destroyed"), "1\n");
}

static void programs_see_a_terminal_of_the_same_size(void **state)
{
    (void)state;
    open_terminal(123, NULL);
    look("t01> ");
    type("$ stty size < /dev/fd/1\r");
    look("\n40 123\n");
    type("screen\r");
    look("\n123 columns, colour, terminal\n");
    struct winsize size = {.ws_row = 30, .ws_col = 99};
    assert_int_equal(ioctl(terminal.fd, TIOCSWINSZ, &size), 0);
    type("screen\r");
    look("\n99 columns, colour, terminal\n");
    leave();
}

static void a_long_message_is_broken_at_blanks(void **state)
{
    (void)state;
    open_terminal(40, NULL);
    look("t01> ");
    type("fail 'one two three four five six seven eight'\r");
    look("\nfail: this failed: one two three four\nfive six seven eight\n");
    leave();
}

static void a_program_inside_reads_the_keyboard(void **state)
{
    (void)state;
    open_terminal(80, NULL);
    look("t01> ");
    type("$ read line; echo \"<$line>\"\r");
    usleep(200000);
    type("some words\r");
    look("<some words>");
    type("$ sh\r"); /* a shell inside, with a prompt of its own */
    usleep(300000);
    type("echo $((6 * 7)); exit\r");
    look("\n42\nt01> ");
    leave();
}

static void a_program_that_breaks_the_terminal_is_repaired(void **state)
{
    (void)state;
    open_terminal(80, NULL);
    look("t01> ");
    type("$ stty -echo -icanon -opost\r");
    look("t01> ");
    type("$ stty -a\r");
    const char *seen = look("t01> ");
    see(seen, " echo ");
    see(seen, " icanon ");
    see(seen, "\nopost ");
    leave();
}

static void colour_only_where_it_is_wanted(void **state)
{
    (void)state;
    open_terminal(80, NULL);
    while (!memmem(terminal.raw, terminal.length, "t01> ", 5))
        assert_true(read_some(1000));
    assert_non_null(memmem(terminal.raw, terminal.length, "\033[1m", 4));
    leave();

    open_terminal(80, "1");
    while (!memmem(terminal.raw, terminal.length, "t01> ", 5))
        assert_true(read_some(1000));
    assert_null(memmem(terminal.raw, terminal.length, "\033[1m", 4));
    assert_null(memmem(terminal.raw, terminal.length, "\033[0m", 4));
    leave();
}

static void the_history_outlives_the_session(void **state)
{
    (void)state;
    open_terminal(80, NULL);
    look("t01> ");
    type("hello history\r");
    look("\nhello, history");
    type("\020\r");                  /* Ctrl-P, the line before */
    look("\nhello, history\nt01> "); /* Ctrl-D counts where a line is read */
    type("\004");
    assert_int_equal(wait_end(), 0);
    open_terminal(80, NULL);
    look("t01> ");
    type("\020\r");
    look("\nhello, history");
    leave();
    assert_string_equal(get_file(".boxwork/history-t01-fake"), "hello history\nquit\n");
}

static void an_answer_is_no_command(void **state)
{
    (void)state;
    open_terminal(80, NULL);
    look("t01> ");
    type("ask\r");
    look("answer: ");
    type("b\r");
    see(look("t01> "), "Right.\nbecause the test says so");
    type("ask\r");
    look("answer: ");
    type("\003"); /* no answer is no end of the session either */
    look("t01> ");
    type("\020\r"); /* the history holds commands, not answers */
    look("answer: ");
    type("127\r");
    look("Right.");
    leave();
}

static void a_second_session_starts_where_the_first_ended(void **state)
{
    (void)state;
    open_terminal(80, NULL);
    look("t01> ");
    type("next\r");
    look("section 2 of 3");
    leave();
    open_terminal(80, NULL);
    look("section 2 of 3, “First” · 0 of 3 done");
    leave();
}

/* What the first session has made is gone, so its steps are typed again. */
static void a_second_session_types_the_steps_again(void **state)
{
    (void)state;
    open_terminal(80, NULL);
    look("t01> ");
    type("next\r");
    look("section 2 of 3");
    type("do\r");
    look("✓ 1 of 3 done");
    leave();
    open_terminal(80, NULL);
    look("section 2 of 3, “First” · 1 of 3 done");
    type("do\r");
    see(look("of 3 done"), "hello, world");
    type("next\r");
    look("section 3 of 3");
    leave();
    open_terminal(80, NULL);
    look("`again` types them");
    type("again\r");
    const char *seen = look("✓ 3 of 3 done in “First”");
    see(seen, "t01> hello world\nhello, world\n");
    see(seen, "$ printf 'one\\ntwo\\nthree\\n'\none\ntwo\nthree\n");
    type("do\r");
    see(look("✓ 1 of 3 done"), "t01> add 1 2\n3\n");
    leave();
}

static void a_beginners_lines_are_understood(void **state)
{
    (void)state;
    open_terminal(80, NULL);
    look("t01> ");
    type("t01> hello world\r"); /* with the prompt, as it stands on the page */
    see(look("✓ 1 of 3 done"), "\nhello, world\n");
    type("$printf 'one\\ntwo\\nthree\\n'\r");
    look("✓ 2 of 3 done");
    type("ls -l\r");
    look("ls: there is no such word: for a program of the system, put a $ before it");
    type("logout\r");
    look("logout: there is no such word: did you mean quit");
    type("help $\r");
    look("run a line by /bin/sh");
    leave();
}

int main(int argc, char **argv)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_make, world_remove)
    const struct CMUnitTest tests[] = {
        TEST(the_first_section_is_shown_and_steps_are_ticked),
        TEST(other_output_than_the_pages_is_one_quiet_line),
        TEST(tab_completes_by_the_kind_of_the_word),
        TEST(ctrl_c_stops_the_command_and_not_the_session),
        TEST(a_second_ctrl_c_breaks_off_what_ignores_the_first),
        TEST(ctrl_c_belongs_to_the_program_inside_first),
        TEST(ctrl_c_at_the_prompt_clears_the_line),
        TEST(ctrl_d_leaves_and_ends_what_was_started),
        TEST(a_hangup_leaves_nothing),
        TEST(programs_see_a_terminal_of_the_same_size),
        TEST(a_long_message_is_broken_at_blanks),
        TEST(a_program_inside_reads_the_keyboard),
        TEST(a_program_that_breaks_the_terminal_is_repaired),
        TEST(colour_only_where_it_is_wanted),
        TEST(the_history_outlives_the_session),
        TEST(an_answer_is_no_command),
        TEST(a_second_session_starts_where_the_first_ended),
        TEST(a_second_session_types_the_steps_again),
        TEST(a_beginners_lines_are_understood),
    };
    if (is_step_program(argv[0]))
        return tutor_main(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
