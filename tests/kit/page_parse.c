/* page_parse.c - a page taken apart: sections, commands, hints, questions, quotations.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "page.h"

static const char text[] = "# t01-fake: a page\n"
                           "\n"
                           "<!--\n"
                           "needs: root  userns\n"
                           "lab: labs/t01-fake/fake.c\n"
                           "this is: no metadata\n"
                           "-->\n"
                           "\n"
                           "Hello &amp; welcome to `code`.\n"
                           "\n"
                           "## First *step*\n"
                           "\n"
                           "```console\n"
                           "t01> make box\n"
                           "made box\n"
                           "t01> list\n"
                           "$ ls  -l\n"
                           "total …\n"
                           "\n"
                           "x\n"
                           "```\n"
                           "\n"
                           "1. An item with\n"
                           "\n"
                           "   ```console\n"
                           "   t01> list\n"
                           "   box\n"
                           "   ```\n"
                           "\n"
                           "```c from=mini-container/fake.h\n"
                           "int fake(void);\n"
                           "```\n"
                           "\n"
                           "```\n"
                           "t01> not typed\n"
                           "```\n"
                           "\n"
                           "## Second\n"
                           "\n"
                           "## Hints\n"
                           "\n"
                           "### `fake_add`\n"
                           "\n"
                           "1. Look at *one*.\n"
                           "2. Then at two.\n"
                           "\n"
                           "### fake_none\n"
                           "\n"
                           "## Questions\n"
                           "\n"
                           "### What is it?\n"
                           "\n"
                           "Think of `x`.\n"
                           "\n"
                           "a) one thing\n"
                           "b) another,\n"
                           "   with more\n"
                           "<!-- answer b: because: it is -->\n"
                           "\n"
                           "### How many?\n"
                           "\n"
                           "<!-- answer 127|0x7f|a few: as\n"
                           "counted -->\n"
                           "\n"
                           "### Listed?\n"
                           "\n"
                           "- a) yes\n"
                           "- b) no\n"
                           "\n"
                           "<!-- answer a -->\n";

static int parse(void **state)
{
    return (*state = page_parse("t01-fake", text)) ? 0 : -1;
}

static int forget(void **state)
{
    page_free(*state);
    return 0;
}

static void a_section_for_the_title_and_each_heading(void **state)
{
    const struct page *page = *state;

    assert_string_equal(page->title, "t01-fake: a page");
    assert_string_equal(page->prompt, "t01> ");
    assert_int_equal(page->section_count, 5);
    assert_string_equal(page->sections[0].title, page->title);
    assert_string_equal(page->sections[1].title, "First step");
    assert_int_equal(page->sections[1].kind, PAGE_GUIDE);
    assert_null(page->sections[2].first); /* an empty one */
    assert_int_equal(page->sections[3].kind, PAGE_HINTS);
    assert_int_equal(page->sections[4].kind, PAGE_QUESTIONS);
    assert_int_equal(page_section_named(page, "Second"), 2);
    assert_int_equal(page_section_named(page, "Third"), -1);
}

static void metadata_is_one_word_and_a_value(void **state)
{
    const struct page *page = *state;

    assert_string_equal(page_value(page, "needs"), "root  userns");
    assert_string_equal(page_value(page, "lab"), "labs/t01-fake/fake.c");
    assert_null(page_value(page, "this is"));
    assert_null(page_value(page, "is"));
    assert_true(page_has(page, "needs", "root"));
    assert_true(page_has(page, "needs", "userns"));
    assert_false(page_has(page, "needs", "user"));
    assert_false(page_has(page, "lacks", "root"));
}

static void commands_have_a_prompt_a_line_and_an_answer(void **state)
{
    const struct page *page = *state;
    const struct page_command *c = page->sections[1].commands;

    assert_int_equal(page->command_count, 4);
    assert_int_equal(page->sections[1].command_count, 4);
    assert_int_equal(c[0].prompt, PAGE_PROMPT_REPL);
    assert_string_equal(c[0].text, "make box");
    assert_string_equal(c[0].typed, "make box");
    assert_string_equal(c[0].expected, "made box\n");
    assert_string_equal(c[1].expected, "");
    assert_int_equal(c[2].prompt, PAGE_PROMPT_SHELL);
    assert_string_equal(c[2].text, "ls  -l");
    assert_string_equal(c[2].typed, "$ ls  -l");
    assert_string_equal(c[2].expected, "total …\n\nx\n");
    assert_int_equal(c[2].line_of_block, 3);
    assert_string_equal(c[3].expected, "box\n"); /* from the list */
    assert_ptr_not_equal(c[3].block, c[2].block);
}

static void the_same_line_twice_has_two_keys(void **state)
{
    const struct page_command *c = ((const struct page *)*state)->sections[1].commands;

    assert_string_equal(c[1].key, "list");
    assert_string_equal(c[3].key, "list #2");
    assert_string_equal(c[2].key, "$ ls  -l");
}

static void hints_stand_under_their_function(void **state)
{
    const struct page *page = *state;
    const struct page_hints *hints = page_hints_of(page, "fake_add");

    assert_int_equal(page->hint_count, 2);
    assert_non_null(hints);
    assert_int_equal(hints->count, 2);
    assert_string_equal(hints->texts[0], "Look at one.");
    assert_string_equal(hints->texts[1], "Then at two.");
    assert_int_equal(hints->items[0]->kind, MARKDOWN_ITEM);
    assert_int_equal(page_hints_of(page, "fake_none")->count, 0);
    assert_null(page_hints_of(page, "other"));
}

static void questions_have_choices_or_none(void **state)
{
    const struct page *page = *state;
    const struct page_question *q = page->questions;

    assert_int_equal(page->question_count, 3);
    assert_string_equal(q[0].text, "What is it?");
    assert_int_equal(q[0].choice_count, 2);
    assert_string_equal(q[0].choices[0], "a) one thing");
    assert_string_equal(q[0].choices[1], "b) another, with more");
    assert_string_equal(q[0].answer, "b");
    assert_string_equal(q[0].why, "because: it is");
    assert_int_equal(q[1].choice_count, 0);
    assert_string_equal(q[1].answer, "127|0x7f|a few");
    assert_string_equal(q[1].why, "as\ncounted");
    assert_null(q[1].first);
    assert_int_equal(q[2].choice_count, 2);
    assert_string_equal(q[2].choices[1], "b) no");
    assert_string_equal(q[2].why, "");
}

static void an_answer_is_right_in_more_than_one_form(void **state)
{
    const struct page *page = *state;
    const struct page_question *choice = &page->questions[0], *free = &page->questions[1];
    static const char *const right[] = {"b", "B", " b ", "b)", "(b)", "b."};
    static const char *const wrong[] = {"a", "", " ", "bb", "a b", "b c", "answer b"};
    static const char *const accepted[] = {"127",  " 127 ",   "0x7F",   "0x07f",
                                           "+127", "\"127\"", "A  Few", "a few"};
    static const char *const refused[] = {"128", "7f",   "127 or so", "",
                                          "few", "1277", "|"};

    for (size_t i = 0; i < sizeof right / sizeof *right; i++)
        assert_true(page_answer_is_right(choice, right[i]));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(page_answer_is_right(choice, wrong[i]));
    for (size_t i = 0; i < sizeof accepted / sizeof *accepted; i++)
        assert_true(page_answer_is_right(free, accepted[i]));
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_false(page_answer_is_right(free, refused[i]));
}

static void quotations_name_their_file(void **state)
{
    const struct page *page = *state;

    assert_int_equal(page->quotation_count, 1);
    assert_string_equal(page->quotations[0].file, "mini-container/fake.h");
    assert_string_equal(page->quotations[0].text, "int fake(void);\n");
}

static void a_page_without_a_title_is_none(void **state)
{
    (void)state;
    errno = 0;
    assert_null(page_parse("t01-fake", "## Only a section\n"));
    assert_int_equal(errno, EILSEQ);
    assert_null(page_parse("t01-fake", ""));
    errno = 0;
    assert_null(page_load("/nowhere", "t01-fake"));
    assert_int_equal(errno, ENOENT);
}

static void plain_text_has_no_markup(void **state)
{
    struct markdown *document =
        markdown_parse("**Bold** and *it* [link](x) `c` &lt;&#65;&#x42;&rarr;\\*\n");
    char *plain;

    (void)state;
    assert_non_null(document);
    plain = markdown_plain(document);
    assert_string_equal(plain, "Bold and it link c <AB→*");
    free(plain);
    markdown_free(document);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, parse, forget)
    const struct CMUnitTest tests[] = {
        TEST(a_section_for_the_title_and_each_heading),
        TEST(metadata_is_one_word_and_a_value),
        TEST(commands_have_a_prompt_a_line_and_an_answer),
        TEST(the_same_line_twice_has_two_keys),
        TEST(hints_stand_under_their_function),
        TEST(questions_have_choices_or_none),
        TEST(an_answer_is_right_in_more_than_one_form),
        TEST(quotations_name_their_file),
        cmocka_unit_test(a_page_without_a_title_is_none),
        cmocka_unit_test(plain_text_has_no_markup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
