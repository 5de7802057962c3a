/* lessons.c - is every lesson whole, and does its page tell the truth about the sources?
 *
 * For each lesson that is there: the folders, a quotation of code stands in the file that it
 * names, each function of the lab has hints, and there are questions with answers. What a page
 * shows of the REPL is compared elsewhere, by playing it.
 */
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>
#include "match.h"
#include "page.h"

enum { LESSONS_MAX = 64 };

static char *lessons[LESSONS_MAX];
static size_t lesson_count;

static int is_lesson(const struct dirent *entry)
{
    return fnmatch("[chx][0-9][0-9]-*", entry->d_name, 0) == 0;
}

static int find_lessons(void **state)
{
    (void)state;
    struct dirent **entries;
    int count = scandir("lessons", &entries, is_lesson, alphasort);
    if (count <= 0 || count > LESSONS_MAX)
        return -1;
    for (int i = 0; i < count; i++) {
        lessons[lesson_count++] = strdup(entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return 0;
}

static int forget_lessons(void **state)
{
    (void)state;
    for (size_t i = 0; i < lesson_count; i++)
        free(lessons[i]);
    return 0;
}

static struct page *page_of(const char *lesson)
{
    struct page *page = page_load(".", lesson);
    if (!page)
        fail_msg("lessons/%s/README.md: %s", lesson, strerror(errno));
    return page;
}

static void each_lesson_has_its_parts(void **state)
{
    (void)state;
    static const char *const parts[] = {"lessons/%s/step.c", "tests/%s/test.c",
                                        "tests/%s/probe.c",  "tests/%s/mutants",
                                        "labs/%s",           "solutions/%s"};
    for (size_t i = 0; i < lesson_count; i++)
        for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
            char path[PATH_MAX];
            struct stat status;
            /* The formats are those above: one %s each. */
            snprintf(path, sizeof path, parts[p], lessons[i]);
            if (stat(path, &status) == -1)
                fail_msg("%s: %s", path, strerror(errno));
        }
}

static void each_page_says_what_it_needs_and_has_a_guide(void **state)
{
    (void)state;
    for (size_t i = 0; i < lesson_count; i++) {
        struct page *page = page_of(lessons[i]);
        if (!page_value(page, "needs"))
            fail_msg("%s: no \"needs:\" in the comment under the title", lessons[i]);
        if (strncmp(page->title, lessons[i], strlen(lessons[i])) != 0)
            fail_msg("%s: the title is \"%s\"", lessons[i], page->title);
        if (page->command_count < 5)
            fail_msg("%s: %zu commands to type", lessons[i], page->command_count);
        if (page->question_count < 3)
            fail_msg("%s: %zu questions", lessons[i], page->question_count);
        for (size_t q = 0; q < page->question_count; q++)
            if (!*page->questions[q].answer || !*page->questions[q].why)
                fail_msg("%s: \"%s\" has no answer or no reason", lessons[i],
                         page->questions[q].text);
        page_free(page);
    }
}

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "r");
    if (!file)
        return NULL;
    char *text = NULL;
    size_t size = 0;
    ssize_t length = getdelim(&text, &size, '\0', file);
    fclose(file);
    if (length >= 0)
        return text;
    free(text);
    return NULL;
}

/* The quotation, with anything before and after it. */
static bool stands_in(const char *quotation, const char *source)
{
    size_t size = strlen(quotation) + 16;
    char *pattern = malloc(size);
    assert_non_null(pattern);
    snprintf(pattern, size, "…\n%s%s…\n", quotation,
             *quotation && quotation[strlen(quotation) - 1] == '\n' ? "" : "\n");
    bool found = match_text(pattern, source, NULL);
    free(pattern);
    return found;
}

static void each_quotation_stands_in_its_file(void **state)
{
    (void)state;
    for (size_t i = 0; i < lesson_count; i++) {
        struct page *page = page_of(lessons[i]);
        for (size_t q = 0; q < page->quotation_count; q++) {
            const struct page_quotation *quotation = &page->quotations[q];
            char *source = read_file(quotation->file);
            if (!source)
                fail_msg("%s quotes %s: %s", lessons[i], quotation->file,
                         strerror(errno));
            if (!stands_in(quotation->text, source))
                fail_msg("%s quotes what does not stand in %s:\n%s", lessons[i],
                         quotation->file, quotation->text);
            free(source);
        }
        page_free(page);
    }
}

static void each_function_of_a_lab_has_hints(void **state)
{
    (void)state;
    for (size_t i = 0; i < lesson_count; i++) {
        struct page *page = page_of(lessons[i]);
        char path[PATH_MAX], function[128];
        snprintf(path, sizeof path, "build/reference/%s/functions", lessons[i]);
        FILE *functions = fopen(path, "r");
        if (!functions)
            fail_msg("%s: %s", path, strerror(errno));
        int count = 0;
        while (fscanf(functions, "%127s %*s %*d %*s", function) == 1) {
            const struct page_hints *hints = page_hints_of(page, function);
            if (!hints || hints->count < 2)
                fail_msg("%s: fewer than two hints for %s", lessons[i], function);
            count++;
        }
        assert_true(count > 0);
        fclose(functions);
        page_free(page);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_lesson_has_its_parts),
        cmocka_unit_test(each_page_says_what_it_needs_and_has_a_guide),
        cmocka_unit_test(each_quotation_stands_in_its_file),
        cmocka_unit_test(each_function_of_a_lab_has_hints),
    };
    return cmocka_run_group_tests(tests, find_lessons, forget_lessons);
}
