/* grader_formats.c - what the grader writes can be read back, whatever a learner's program wrote.
 *
 * A grade is made up here, with every status and with messages that try to end a string, an
 * element, a line, or to move the cursor; it is written in each format and taken apart again.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <cmocka.h>
#include <jansson.h>
#include "grade.h"
#include "text.h"

static const char hostile[] =
    "\x1b[2J\x1b]0;title\a]]></failure><passed/> \"quoted\" 'too' & <!-- # SKIP # TODO "
    "\\ \\n\n"
    "ok 1 - all\n  ...\n1..0 # SKIP\n\x01\x02\x7f\x80\xff\xc0\xaf\xed\xa0\x80\xef\xbf\xbf"
    "\xe2\x80\xae \xc2\x85 \xc3\xa4\xe2\x82\xac\xf0\x9f\x90\xa7 {\"points\": 100} ]]> "
    "<![CDATA[ %s %n";

/* A grade with one check for each status, whose strings are all hostile. */
static struct grade *make_grade(void)
{
    struct grade *grade = calloc(1, sizeof *grade);
    assert_non_null(grade);
    grade->count = GRADE_COULD_NOT_RUN + 1;
    grade->checks = calloc(grade->count, sizeof *grade->checks);
    assert_non_null(grade->checks);
    for (size_t i = 0; i < grade->count; i++) {
        struct grade_check *check = &grade->checks[i];
        check->status = (enum grade_status)i;
        check->id = text_format("part.%zu", i);
        check->title = text_printable(hostile, sizeof hostile - 1, 4096);
        check->function = text_format("function_%zu", i / 2);
        check->page = text_copy("The page \"that\" <explains> it");
        check->message =
            i == 0 ? text_copy("") : text_printable(hostile, sizeof hostile - 1, 4096);
        check->max = 10 + (int)i;
        check->points = i == 0 ? check->max : 0;
        check->seconds = 0.25;
        grade->points += check->points;
        grade->max += check->max;
    }
    grade->lesson = text_copy("c99-fake");
    grade->compiler = text_printable(hostile, sizeof hostile - 1, 4096);
    grade->log = text_copy("");
    grade->seconds = 1.5;
    return grade;
}

/* What grade_write writes; to be freed. */
static char *written(const struct grade *grade, enum grade_format format,
                     const struct grade_style *style)
{
    char *text;
    size_t length;
    FILE *file = open_memstream(&text, &length);
    assert_non_null(file);
    assert_int_equal(grade_write(grade, format, style, file), 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(strlen(text), length);
    return text;
}

static const char *string_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    assert_non_null(text);
    return text;
}

static void json_says_what_the_grade_says(void **state)
{
    (void)state;
    struct grade *grade = make_grade();
    char *text = written(grade, GRADE_JSON, NULL);
    json_error_t error;
    json_t *all = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (!all)
        fail_msg("line %d: %s", error.line, error.text);
    assert_string_equal(string_of(all, "lesson"), "c99-fake");
    assert_int_equal(json_integer_value(json_object_get(all, "points")), grade->points);
    assert_int_equal(json_integer_value(json_object_get(all, "max")), grade->max);
    assert_string_equal(string_of(all, "compiler"), grade->compiler);
    json_t *checks = json_object_get(all, "checks");
    assert_int_equal(json_array_size(checks), grade->count);
    for (size_t i = 0; i < grade->count; i++) {
        const json_t *check = json_array_get(checks, i);
        assert_string_equal(string_of(check, "id"), grade->checks[i].id);
        assert_string_equal(string_of(check, "title"), grade->checks[i].title);
        assert_string_equal(string_of(check, "function"), grade->checks[i].function);
        assert_string_equal(string_of(check, "page"), grade->checks[i].page);
        assert_string_equal(string_of(check, "message"), grade->checks[i].message);
        assert_string_equal(string_of(check, "status"),
                            grade_status_word((enum grade_status)i));
        assert_int_equal(json_integer_value(json_object_get(check, "points")),
                         grade->checks[i].points);
        assert_int_equal(json_integer_value(json_object_get(check, "max")),
                         grade->checks[i].max);
    }
    json_decref(all);
    free(text);
    grade_free(grade);
}

/* --- TAP ------------------------------------------------------------------------------------------ */

static bool starts(const char *line, const char *with)
{
    return strncmp(line, with, strlen(with)) == 0;
}

static void tap_has_one_result_a_check_and_no_directive(void **state)
{
    (void)state;
    struct grade *grade = make_grade();
    char *text = written(grade, GRADE_TAP, NULL), *rest = text, *line;
    size_t results = 0, passed = 0, plans = 0;
    assert_string_equal(strsep(&rest, "\n"), "TAP version 13");
    while ((line = strsep(&rest, "\n"))) {
        bool good = starts(line, "ok "), bad = starts(line, "not ok ");
        if (good || bad) {
            assert_int_equal(atoi(line + (good ? 3 : 7)), ++results);
            passed += good;
            for (char *hash = strchr(line, '#'); hash; hash = strchr(hash + 1, '#'))
                assert_int_equal(hash[-1], '\\'); /* else a directive would begin here */
        } else if (starts(line, "1..")) {
            assert_int_equal(atoi(line + 3), grade->count);
            assert_string_equal(strpbrk(line + 3, "0123456789") + 1, "");
            plans++;
        } else {
            assert_true(line[0] == '\0' || starts(line, "  ") || starts(line, "# "));
        }
    }
    assert_int_equal(results, grade->count);
    assert_int_equal(passed, 1);
    assert_int_equal(plans, 1);
    free(text);
    grade_free(grade);
}

/* --- XML ------------------------------------------------------------------------------------------ */

/* Reads one element of XML and all that is in it, and fails when it is not well-formed: a name,
 * attributes in double quotes without "<", entities that exist, an end that matches. No
 * comments, no CDATA, no processing instructions: we write none. Returns what follows. */
static const char *read_element(const char *at, size_t *elements);

static const char *read_entity(const char *at)
{
    static const char *const known[] = {"&amp;",  "&lt;",  "&gt;",
                                        "&quot;", "&#10;", "&#9;"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (starts(at, known[i]))
            return at + strlen(known[i]);
    fail_msg("no entity: %.10s", at);
    return at;
}

static const char *read_characters(const char *at, const char *until)
{
    while (*at && !strchr(until, *at)) {
        size_t size = text_character(at, strlen(at));
        assert_int_not_equal(size, 0);
        assert_int_not_equal(*at, '<');
        assert_false(starts(at, "]]>"));
        at = *at == '&' ? read_entity(at) : at + size;
    }
    return at;
}

static const char *read_attributes(const char *at)
{
    while (*at == ' ') {
        at += 1 + strspn(at + 1, "abcdefghijklmnopqrstuvwxyz");
        assert_true(starts(at, "=\""));
        at = read_characters(at + 2, "\"");
        assert_int_equal(*at++, '"');
    }
    return at;
}

static const char *read_content(const char *at, size_t *elements)
{
    for (;;) {
        at = read_characters(at, "<");
        assert_int_equal(*at, '<');
        if (at[1] == '/')
            return at;
        at = read_element(at, elements);
    }
}

static const char *read_element(const char *at, size_t *elements)
{
    assert_int_equal(*at, '<');
    const char *name = at + 1;
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz-");
    assert_int_not_equal(length, 0);
    (*elements)++;
    at = read_attributes(name + length);
    if (starts(at, "/>"))
        return at + 2;
    assert_int_equal(*at, '>');
    at = read_content(at + 1, elements);
    assert_true(starts(at, "</") && strncmp(at + 2, name, length) == 0 &&
                at[2 + length] == '>');
    return at + 3 + length;
}

static size_t count(const char *text, const char *part)
{
    size_t found = 0;
    for (; (text = strstr(text, part)); text++)
        found++;
    return found;
}

static void junit_is_well_formed_and_counts_right(void **state)
{
    (void)state;
    static const char head[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    struct grade *grade = make_grade();
    char *text = written(grade, GRADE_JUNIT, NULL);
    size_t elements = 0;
    assert_true(starts(text, head));
    assert_string_equal(read_element(text + strlen(head), &elements), "\n");
    assert_int_equal(count(text, "<testcase "), grade->count);
    assert_int_equal(count(text, "<failure "), 2); /* failed, not written */
    assert_int_equal(count(text, "<error "), 3);   /* timed out, crashed, did not build */
    assert_int_equal(count(text, "<skipped "), 1); /* could not run */
    assert_int_equal(
        count(text, " tests=\"7\" failures=\"2\" errors=\"3\" skipped=\"1\""), 1);
    assert_true(elements > 4 * grade->count);
    free(text);
    grade_free(grade);
}

/* --- text ------------------------------------------------------------------------------------------ */

static void text_fits_the_width_without_colour(void **state)
{
    (void)state;
    static const int widths[] = {40, 80, 200};
    struct grade *grade = make_grade();
    grade->compiler[0] = '\0'; /* the compiler's lines stay as long as they are */
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        const struct grade_style style = {.columns = widths[i]};
        char *text = written(grade, GRADE_TEXT, &style), *rest = text, *line;
        assert_null(strchr(text, '\x1b'));
        while ((line = strsep(&rest, "\n")))
            if (text_columns(line, strlen(line)) > (size_t)widths[i])
                fail_msg("%d columns: %s", widths[i], line);
        free(text);
    }
    grade_free(grade);
}

static void text_names_the_page_and_the_points(void **state)
{
    (void)state;
    struct grade *grade = make_grade();
    const struct grade_style style = {.columns = 200, .colour = true};
    char *text = written(grade, GRADE_TEXT, &style);
    assert_non_null(strstr(text, "\x1b[31m")); /* something has failed, in red */
    assert_non_null(strstr(text, "lessons/c99-fake/README.md"));
    assert_non_null(strstr(text, "10 of 91 points"));
    assert_non_null(strstr(text, "could not run"));
    free(text);
    grade_free(grade);
}

static void colours_are_for_terminals_that_want_them(void **state)
{
    (void)state;
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    assert_int_not_equal(master, -1);
    assert_int_equal(grantpt(master) | unlockpt(master), 0);
    const struct winsize size = {.ws_row = 24, .ws_col = 132};
    assert_int_equal(ioctl(master, TIOCSWINSZ, &size), 0);
    FILE *terminal = fopen(ptsname(master), "w");
    FILE *file = fopen("/dev/null", "w");
    assert_true(terminal && file);

    assert_int_equal(setenv("TERM", "xterm", 1) | unsetenv("NO_COLOR"), 0);
    assert_true(grade_style_for(terminal).colour);
    assert_int_equal(grade_style_for(terminal).columns, 132);
    assert_false(grade_style_for(file).colour);
    assert_int_equal(grade_style_for(file).columns, 80);
    assert_int_equal(setenv("NO_COLOR", "", 1), 0);
    assert_true(grade_style_for(terminal).colour); /* empty is not set: no-color.org */
    assert_int_equal(setenv("NO_COLOR", "1", 1), 0);
    assert_false(grade_style_for(terminal).colour);
    assert_int_equal(unsetenv("NO_COLOR") | setenv("TERM", "dumb", 1), 0);
    assert_false(grade_style_for(terminal).colour);
    assert_int_equal(fclose(terminal) | fclose(file) | close(master), 0);
}

/* --- the rest --------------------------------------------------------------------------------------- */

static void every_byte_becomes_printable(void **state)
{
    (void)state;
    unsigned char bytes[4096];
    unsigned seed = 1;
    for (int round = 0; round < 200; round++) {
        for (size_t i = 0; i < sizeof bytes; i++) {
            seed = seed * 1664525 +
                   1013904223; /* Knuth, volume 2, 3.3.4: not random, the same
                                                   everywhere */
            bytes[i] = round == 0 ? (unsigned char)i : (unsigned char)(seed >> 24);
        }
        char *text = text_printable((char *)bytes, sizeof bytes, sizeof bytes);
        for (const char *at = text; *at;) {
            size_t size = text_character(at, strlen(at));
            assert_int_not_equal(size, 0);
            at += size;
        }
        json_t *string = json_string(text); /* jansson refuses what is no UTF-8 */
        assert_non_null(string);
        json_decref(string);
        free(text);
    }
}

static void fields_come_back_as_they_were(void **state)
{
    (void)state;
    static const char text[] = "a\tb\nc\\n\\\\ \\t\n\n\t";
    char *field = text_to_field(text);
    assert_null(strpbrk(field, "\t\n"));
    text_from_field(field);
    assert_string_equal(field, text);
    free(field);
}

static void the_exit_status_tells_it(void **state)
{
    (void)state;
    struct grade_check checks[2] = {{.status = GRADE_PASSED}, {.status = GRADE_PASSED}};
    struct grade grade = {.count = 2, .checks = checks};
    assert_int_equal(grade_exit_status(&grade), 0);
    for (int i = GRADE_FAILED; i < GRADE_COULD_NOT_RUN; i++) {
        checks[1].status = (enum grade_status)i;
        checks[0].status = GRADE_PASSED;
        assert_int_equal(grade_exit_status(&grade), 1);
        checks[0].status = GRADE_COULD_NOT_RUN;
        assert_int_equal(grade_exit_status(&grade), 1);
    }
    checks[1].status = GRADE_COULD_NOT_RUN;
    checks[0].status = GRADE_PASSED;
    assert_int_equal(grade_exit_status(&grade), 3);
}

static void a_full_disk_is_an_error(void **state)
{
    (void)state;
    struct grade *grade = make_grade();
    for (enum grade_format f = GRADE_TEXT; f <= GRADE_JUNIT; f++) {
        FILE *full = fopen("/dev/full", "w");
        assert_non_null(full);
        assert_int_equal(grade_write(grade, f, NULL, full), -1);
        (void)fclose(full); /* fails, as it should */
    }
    grade_free(grade);
}

static void formats_have_names(void **state)
{
    (void)state;
    enum grade_format format;
    assert_int_equal(grade_format_parse("junit", &format), 0);
    assert_int_equal(format, GRADE_JUNIT);
    assert_int_equal(grade_format_parse("json", &format), 0);
    assert_int_equal(format, GRADE_JSON);
    assert_int_equal(grade_format_parse("JSON", &format), -1);
    assert_int_equal(grade_format_parse("", &format), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_says_what_the_grade_says),
        cmocka_unit_test(tap_has_one_result_a_check_and_no_directive),
        cmocka_unit_test(junit_is_well_formed_and_counts_right),
        cmocka_unit_test(text_fits_the_width_without_colour),
        cmocka_unit_test(text_names_the_page_and_the_points),
        cmocka_unit_test(colours_are_for_terminals_that_want_them),
        cmocka_unit_test(every_byte_becomes_printable),
        cmocka_unit_test(fields_come_back_as_they_were),
        cmocka_unit_test(the_exit_status_tells_it),
        cmocka_unit_test(a_full_disk_is_an_error),
        cmocka_unit_test(formats_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
