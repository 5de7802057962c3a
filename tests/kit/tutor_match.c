/* tutor_match.c - the matcher of a page's output: what fits, what does not, and how fast.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "match.h"

struct example {
    const char *expected, *shown;
    bool matches;
};

static void check_text(const struct example *examples, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (match_text(examples[i].expected, examples[i].shown, NULL) !=
            examples[i].matches)
            fail_msg("<%s> against <%s>", examples[i].expected, examples[i].shown);
}

static void equal_text_matches_and_other_text_does_not(void **state)
{
    static const struct example examples[] = {
        {"", "", true},        {"a\n", "a\n", true},     {"a", "a\n", true},
        {"a\n", "b\n", false}, {"a\nb\n", "a\n", false}, {"a\n", "a\nb\n", false},
        {"", "a\n", false},    {"a\n", "", false},       {"a b", "a  b", false},
    };
    (void)state;
    check_text(examples, sizeof examples / sizeof *examples);
}

static void white_space_at_ends_does_not_count(void **state)
{
    static const struct example examples[] = {
        {"a  \nb\n\n\n", "a\nb\t\n", true}, {"a\n", "a\r\n", true},
        {"\n\na\n", "a\n", false},          {"  a\n", "a\n", false},
        {"a\n\nb\n", "a\nb\n", false},      {" \n", "", true},
    };
    (void)state;
    check_text(examples, sizeof examples / sizeof *examples);
}

static void dots_in_a_line_stay_in_the_line(void **state)
{
    static const struct example examples[] = {
        {"pid …\n", "pid 12\n", true},
        {"pid …\n", "pid \n", false}, /* the blank before the dots must be there */
        {"pid…\n", "pid\n", true},
        {"…2\n", "12\n", true},
        {"1…4…6\n", "123456\n", true},
        {"1…4…6\n", "1234567\n", false},
        {"a…\n", "a\nb\n", false},
        {"…ab\n", "aab\n", true},
        {"…é\n", "né\n", true},
        {"x…………y\n", "xy\n", true},
    };
    (void)state;
    check_text(examples, sizeof examples / sizeof *examples);
}

static void dots_on_a_line_of_their_own_stand_for_any_lines(void **state)
{
    static const struct example examples[] = {
        {"…\n", "", true},
        {"…\n", "a\nb\n", true},
        {"a\n…\n", "a\n", true},
        {"a\n  …\nd\n", "a\nb\nc\nd\n", true},
        {"a\n…\nd\n", "a\nb\nc\n", false},
        {"…\nb\n…\nd\n", "b\na\nb\nc\nd\n", true},
        {"…\nb\n…\nd\n", "a\nd\nb\n", false},
        {"…\na…\n", "b\nab\n", true},
        {"…\n…\n…\nz\n", "a\nb\nz\n", true},
    };
    (void)state;
    check_text(examples, sizeof examples / sizeof *examples);
}

static void the_line_that_differs_is_named(void **state)
{
    int line = 0;

    (void)state;
    assert_false(match_text("a\nb\nc\n", "a\nx\nc\n", &line));
    assert_int_equal(line, 2);
    assert_false(match_text("a\nb\n", "a\nb\nc\n", &line));
    assert_int_equal(line, 3);
    assert_false(match_text("a\n…\nz\n", "a\nb\n", &line));
    assert_int_equal(line, 3);
}

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* TEXT, N times. */
static char *repeat(const char *text, size_t n)
{
    char *all = calloc(n, strlen(text) + 1), *to = all;

    assert_non_null(all);
    for (size_t i = 0; i < n; i++)
        to = stpcpy(to, text);
    return all;
}

static void many_wildcards_are_not_exponential(void **state)
{
    char *in_line = repeat("…a", 200), *one_line = repeat("a", 5000);
    char *lines = repeat("…\na\n", 200), *many = repeat("a\n", 5000);
    double start = seconds();

    (void)state;
    /* each of these fails only at the very end; by backtracking they would take for ever */
    one_line[4999] = 'b';
    assert_false(match_text(in_line, one_line, NULL));
    many[9998] = 'b';
    assert_false(match_text(lines, many, NULL));
    assert_false(match_words(lines, many));
    assert_true(seconds() - start < 5.0);
    free(in_line);
    free(one_line);
    free(lines);
    free(many);
}

static void columns_match_lines_by_words(void **state)
{
    (void)state;
    assert_true(match_words("bin\ndev\netc\n", "bin  dev  etc\n"));
    assert_true(match_words("bin\n…\netc\n", "bin a b  etc\n"));
    assert_false(match_words("bin\ndev\n", "bin  dev  etc\n"));
    assert_false(match_words("bin\ndev\n", "dev bin\n"));
}

static void commands_differ_only_in_blanks(void **state)
{
    (void)state;
    assert_true(match_command("enter  root sh ", " enter root\tsh"));
    assert_false(match_command("enter root", "enter root sh"));
    assert_false(match_command("enterroot", "enter root"));
}

static void escape_sequences_are_taken_out(void **state)
{
    char coloured[] =
        "\033[1;31mred\033[0m \033]0;title\apl\033]8;;x\033\\ain\r\nend\033";

    (void)state;
    match_strip(coloured);
    assert_string_equal(coloured, "red plain\nend");
}

static void what_was_wiped_on_a_terminal_is_not_there(void **state)
{
    char text[] =
        "one\n\r\033[K  boot: about 3 s to go\r\033[K  boot: 2 s\r\033[Kboot: done\n";

    (void)state;
    match_strip(text);
    assert_string_equal(text, "one\nboot: done\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_wiped_on_a_terminal_is_not_there),
        cmocka_unit_test(equal_text_matches_and_other_text_does_not),
        cmocka_unit_test(white_space_at_ends_does_not_count),
        cmocka_unit_test(dots_in_a_line_stay_in_the_line),
        cmocka_unit_test(dots_on_a_line_of_their_own_stand_for_any_lines),
        cmocka_unit_test(the_line_that_differs_is_named),
        cmocka_unit_test(many_wildcards_are_not_exponential),
        cmocka_unit_test(columns_match_lines_by_words),
        cmocka_unit_test(commands_differ_only_in_blanks),
        cmocka_unit_test(escape_sequences_are_taken_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
