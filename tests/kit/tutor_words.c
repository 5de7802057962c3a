/* tutor_words.c - splitting a line into words, quoting, and the nearest word.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "words.h"

/* Splits LINE and compares to the words, which NULL ends. */
static void check_split(const char *line, const char *const *wanted)
{
    int count = -1, n = 0;
    char **words = words_split(line, &count);

    assert_non_null(words);
    for (; wanted[n]; n++) {
        assert_non_null(words[n]);
        assert_string_equal(words[n], wanted[n]);
    }
    assert_null(words[n]);
    assert_int_equal(count, n);
    words_free(words);
}

#define SPLIT(line, ...) check_split(line, (const char *const[]){__VA_ARGS__ NULL})

static void blanks_divide_words(void **state)
{
    (void)state;
    SPLIT("", );
    SPLIT(" \t ", );
    SPLIT("a", "a", );
    SPLIT("  enter\troot  sh ", "enter", "root", "sh", );
    SPLIT("a b c d e f g h", "a", "b", "c", "d", "e", "f", "g", "h", );
}

static void quotes_and_backslashes_are_those_of_a_shell(void **state)
{
    (void)state;
    SPLIT("a 'b c' d", "a", "b c", "d", );
    SPLIT("a\"b c\"d", "ab cd", );
    SPLIT("'a\"b'", "a\"b", );
    SPLIT("\"a'b\"", "a'b", );
    SPLIT("a\\ b \\'", "a b", "'", );
    SPLIT("'a\\b' \"a\\b\" \"a\\\"b\" \"a\\\\b\"", "a\\b", "a\\b", "a\"b", "a\\b", );
    SPLIT("'' \"\"", "", "", );
    SPLIT("$HOME * ~ #x | y", "$HOME", "*", "~", "#x", "|", "y", ); /* no expansion */
}

static void what_is_left_open_is_refused(void **state)
{
    static const char *const lines[] = {"'a", "a \"b", "a\\", "\"a\\", "it's"};
    int count;

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        errno = 0;
        assert_null(words_split(lines[i], &count));
        assert_int_equal(errno, EINVAL);
    }
}

static void a_quoted_word_splits_to_itself(void **state)
{
    static const char *const words[] = {"a", "",   "a b",           "it's",
                                        "'", "\\", "\"a\" 'b'\t\\n"};

    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        char *quoted = words_quote(words[i]);
        assert_non_null(quoted);
        SPLIT(quoted, words[i], );
        free(quoted);
    }
}

static void a_swap_is_one_mistake(void **state)
{
    char longest[200];

    (void)state;
    assert_int_equal(words_distance("next", "next"), 0);
    assert_int_equal(words_distance("nxet", "next"), 1);
    assert_int_equal(words_distance("nex", "next"), 1);
    assert_int_equal(words_distance("nexxt", "next"), 1);
    assert_int_equal(words_distance("mext", "next"), 1);
    assert_int_equal(words_distance("", "next"), 4);
    assert_int_equal(words_distance("kitten", "sitting"), 3);
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_int_equal(words_distance(longest, "next"), INT_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blanks_divide_words),
        cmocka_unit_test(quotes_and_backslashes_are_those_of_a_shell),
        cmocka_unit_test(what_is_left_open_is_refused),
        cmocka_unit_test(a_quoted_word_splits_to_itself),
        cmocka_unit_test(a_swap_is_one_mistake),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
