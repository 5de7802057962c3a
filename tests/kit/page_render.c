/* page_render.c - Markdown in a terminal: no line too wide, nothing lost, colour or none.
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "match.h"
#include "render.h"

/* One of everything, with words of two columns (漢), of none (a combining accent), a word that
 * is wider than a screen, and a table that is. */
static const char text[] =
    "# A title that is so long that it cannot stand on one line of a narrow terminal at "
    "all\n"
    "\n"
    "A paragraph with *emphasis*, **strong words that go on and on over the end of the "
    "line**, "
    "`code with blanks in it`, a [link](https://example.org/a/path) and ~~struck~~ "
    "words; "
    "漢字漢字 漢字漢字漢字 漢字漢字 漢字漢字漢字 漢字 漢字漢字漢字漢字 漢字漢字 "
    "e\xCC\x81t\xC3\xA9.\n"
    "https://example.org/"
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"
    "\n"
    "1. first item, which is long enough to be wrapped in a terminal of eighty columns, "
    "yes\n"
    "2. second\n"
    "   - inner item, which is long enough to be wrapped in a terminal of eighty columns "
    "too\n"
    "     > a quote inside of it, which is long enough to be wrapped in such a terminal "
    "too\n"
    "\n"
    "| name | what it is | number |\n"
    "| :--- | --- | ---: |\n"
    "| one | a cell with a text that goes on until it is wider than any terminal could "
    "show, and "
    "then some more of it | 1 |\n"
    "| two | short | 22 |\n"
    "\n"
    "<!-- a comment that nobody sees -->\n"
    "\n"
    "---\n"
    "\n"
    "The last\\\nbroken line.\n";

static const char code[] =
    "```console\n"
    "t01> run\n"
    "0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 "
    "0123456789 0123456789 0123456789 0123456789 end   x\n"
    "\n"
    "```\n"
    "\n"
    "```c\n"
    "int x; /* *not emphasised* */\n"
    "```\n";

/* What RENDER shows of Markdown TEXT. The caller frees it. */
static char *show(const char *markdown, int columns, bool colour)
{
    char *shown = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&shown, &size);
    struct markdown *document = markdown_parse(markdown);
    struct render render = {.out = out, .columns = columns, .colour = colour};

    assert_non_null(out);
    assert_non_null(document);
    assert_int_equal(render_blocks(&render, document->children, NULL), 0);
    assert_int_equal(fclose(out), 0);
    markdown_free(document);
    return shown;
}

/* The width of the widest line; no line may end with a blank, and no style may be open. */
static int widest(char *shown)
{
    int most = 0;

    for (char *line = strtok(shown, "\n"); line; line = strtok(NULL, "\n")) {
        int width = render_width(line);
        size_t length = strlen(line);
        most = width > most ? width : most;
        assert_true(length == 0 || line[length - 1] != ' ');
        int open = 0;
        for (const char *at = strstr(line, "\033["); at; at = strstr(at + 1, "\033["))
            open = strncmp(at, "\033[0m", 4) != 0;
        assert_int_equal(open, 0);
    }
    return most;
}

static void no_line_is_wider_than_the_terminal(void **state)
{
    (void)state;
    for (int columns = 24; columns <= 200; columns++) {
        for (int colour = 0; colour < 2; colour++) {
            int limit = columns < RENDER_MOST_COLUMNS ? columns : RENDER_MOST_COLUMNS;
            char *shown = show(text, columns, colour);
            int width = widest(shown);
            if (width > limit)
                fail_msg("%d columns in a terminal of %d", width, columns);
            free(shown);
        }
    }
}

static void a_wide_terminal_is_used_up_to_a_limit(void **state)
{
    char *narrow = show(text, 80, false), *wide = show(text, 200, false);
    char *unknown = show(text, 0, false), *narrow_again = show(text, 80, false);

    (void)state;
    assert_string_equal(unknown, narrow_again); /* 80 where nothing is known */
    assert_in_range(widest(narrow), 70, 80);
    assert_in_range(widest(wide), 90, RENDER_MOST_COLUMNS);
    free(narrow);
    free(wide);
    free(unknown);
    free(narrow_again);
}

static void without_colour_there_is_no_escape(void **state)
{
    char *plain = show(text, 80, false), *coloured = show(text, 80, true);

    (void)state;
    assert_null(strchr(plain, '\033'));
    assert_non_null(strstr(coloured, "\033[1m"));
    assert_non_null(strstr(coloured, "\033[3m"));
    assert_non_null(strstr(coloured, "\033[36m"));
    free(plain);
    free(coloured);
}

/* All words of the source are there, at any width, in their order. */
static void nothing_is_lost(void **state)
{
    static const char *const words[] = {
        "title",   "narrow",   "emphasis",
        "strong",  "blanks",   "(https://example.org/a/path)",
        "struck",  "1. first", "2. second",
        "• inner", "│ a",      "name",
        "number",  "some",     "two",
        "last"};

    (void)state;
    for (int colour = 0; colour < 2; colour++) {
        char *shown = show(text, 80, colour), *at = shown;
        match_strip(shown);
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
            char *found = strstr(at, words[i]);
            if (!found)
                fail_msg("\"%s\" is not there, or not in its place", words[i]);
            at = found;
        }
        assert_null(strstr(shown, "comment"));
        free(shown);
    }
}

static void without_colour_marks_stand_for_styles(void **state)
{
    char *shown = show("*e* **s** `c` [l](t) <https://x.org>\n", 80, false);

    (void)state;
    assert_string_equal(shown, "*e* **s** `c` l (t) https://x.org\n");
    free(shown);
    shown = show("*e* **s** `c`, x\n", 80, true);
    assert_string_equal(shown, "\033[3me\033[0m \033[1ms\033[0m \033[36mc\033[0m, x\n");
    free(shown);
}

static void code_is_indented_and_never_broken(void **state)
{
    char *shown = show(code, 40, false);

    (void)state;
    assert_string_equal(
        shown, "    t01> run\n"
               "    0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 "
               "0123456789 0123456789 0123456789 0123456789 end   x\n"
               "\n"
               "\n"
               "    int x; /* *not emphasised* */\n");
    free(shown);
}

static void lists_and_quotes_keep_their_indent(void **state)
{
    char *shown =
        show("- one two three four five\n- six\n\n  seven\n\n> eight nine ten eleven\n",
             20, false);

    (void)state;
    assert_string_equal(shown, "• one two three four\n"
                               "  five\n"
                               "\n"
                               "• six\n"
                               "\n"
                               "  seven\n"
                               "\n"
                               "│ eight nine ten\n"
                               "│ eleven\n");
    free(shown);
    shown = show("9. nine\n10. ten\n", 80, false);
    assert_string_equal(shown, "9. nine\n10. ten\n");
    free(shown);
}

static void a_table_has_columns_under_each_other(void **state)
{
    char *shown = show("| a | b |\n|---|--:|\n| long one | 1 |\n| x | 22 |\n", 80, false);

    (void)state;
    assert_string_equal(shown, "a          b\n"
                               "────────  ──\n"
                               "long one   1\n"
                               "x         22\n");
    free(shown);
}

static const char *tick(void *context, const struct markdown *block, int line)
{
    (void)context;
    (void)block;
    return line == 0 ? "✓" : NULL;
}

static void the_margin_marks_a_line(void **state)
{
    char *shown = NULL;
    size_t size;
    FILE *out = open_memstream(&shown, &size);
    struct markdown *document = markdown_parse("```console\nt01> a\nb\n```\n");
    struct render render = {.out = out, .columns = 80, .margin = tick};

    (void)state;
    assert_int_equal(render_blocks(&render, document->children, NULL), 0);
    fclose(out);
    assert_string_equal(shown, "  ✓ t01> a\n    b\n");
    free(shown);
    markdown_free(document);
}

static void width_counts_columns_not_bytes(void **state)
{
    (void)state;
    assert_int_equal(render_width("abc"), 3);
    assert_int_equal(render_width("…─✓é"), 4);
    assert_int_equal(render_width("e\xCC\x81"), 1);
    assert_int_equal(render_width("漢字"), 4);
    assert_int_equal(render_width("\033[1;32mab\033[0m"), 2);
    assert_int_equal(render_width("\xFF\xFE"), 2); /* bytes that are no UTF-8 */
}

static void text_and_headings_are_wrapped_too(void **state)
{
    char *shown = NULL;
    size_t size;
    FILE *out = open_memstream(&shown, &size);
    struct render render = {.out = out, .columns = 20};

    (void)state;
    assert_int_equal(render_text(&render, 3, "a) one two three four *five*"), 0);
    assert_int_equal(render_heading(&render, 2, "Wörter"), 0);
    fclose(out);
    assert_string_equal(shown, "a) one two three\n   four *five*\nWörter\n──────\n");
    free(shown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_line_is_wider_than_the_terminal),
        cmocka_unit_test(a_wide_terminal_is_used_up_to_a_limit),
        cmocka_unit_test(without_colour_there_is_no_escape),
        cmocka_unit_test(nothing_is_lost),
        cmocka_unit_test(without_colour_marks_stand_for_styles),
        cmocka_unit_test(code_is_indented_and_never_broken),
        cmocka_unit_test(lists_and_quotes_keep_their_indent),
        cmocka_unit_test(a_table_has_columns_under_each_other),
        cmocka_unit_test(the_margin_marks_a_line),
        cmocka_unit_test(width_counts_columns_not_bytes),
        cmocka_unit_test(text_and_headings_are_wrapped_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
