/* compare_report.c - a report whose figures were written by somebody who means harm.
 *
 * What is measured may come from inside the lab machine, where a learner's code is root. So
 * whatever stands in the JSON, the report for the terminal and the page come about, nothing in
 * it is run, and no control character reaches a terminal.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../../lessons/compare/report/report.h"

static char folder[] = "/tmp/boxwork-report-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL ? -1 : chdir(folder);
}

static int remove_folder(void **state)
{
    (void)state;
    return chdir("/") == -1 ? -1 : rmdir(folder);
}

/* JSON of one claim with one table, in which TEXT stands wherever a text may stand. */
static json_t *report_with(const char *text, const char *chart)
{
    json_t *report = json_pack(
        "{s:{s:s, s:s}, s:s, s:[{s:s, s:s, s:s, s:s, s:s, s:[s], s:[{s:s, s:s, s:s, "
        "s:[s, "
        "s], s:[{s:s, s:[{s:f}, {s:s}]}]}]}]}",
        "place", "cpu", text, "kvm", text, "where", text, "claims", "id", text, "state",
        "measured", "verdict", text, "sentence", text, "claim", text, "missing", text,
        "tables", "title", text, "unit", text, "chart", chart, "columns", text, text,
        "rows", "name", text, "cells", "value", 1.5, "text", text);
    assert_non_null(report);
    assert_int_equal(report_clean(report), 0);
    return report;
}

/* Both forms of REPORT, one behind the other; free(3). */
static char *both(const json_t *report)
{
    const struct report_style style = {.columns = 80};
    char *text = NULL, why[256] = "";
    size_t length = 0;
    FILE *to = open_memstream(&text, &length);

    assert_non_null(to);
    assert_int_equal(report_text(report, &style, to), 0);
    if (report_page(report, to, why, sizeof why) == -1)
        fail_msg("the page: %s", why);
    assert_int_equal(fclose(to), 0);
    return text;
}

/* A drawing of gnuplot has tabs; nothing else may be there, and in the text not even these. */
static void assert_no_controls(const char *text)
{
    const char *page = strstr(text, "<!doctype html>");

    assert_non_null(page);
    for (const char *at = text; *at; at++) {
        const unsigned char *byte = (const unsigned char *)at;
        bool allowed = *at == '\n' || (*at == '\t' && at > page);
        if ((*byte < ' ' && !allowed) || *byte == 0x7f ||
            (byte[0] == 0xc2 && byte[1] < 0xa0))
            fail_msg("a control character 0x%02x before <%.20s>", *byte, at + 1);
    }
}

static void nothing_in_a_text_is_run(void **state)
{
    static const char *const texts[] = {
        "ms`touch reached`",
        "ms\"\nsystem \"touch reached\"\n#",
        "'; system 'touch reached' #",
        "$(touch reached)",
        "\\\"; system \\\"touch reached\\\"",
    };
    static const char *const charts[] = {"bars", "stack"};

    (void)state;
    for (size_t i = 0; i < 2 * sizeof texts / sizeof *texts; i++) {
        json_t *report = report_with(texts[i / 2], charts[i % 2]);
        char *text = both(report);
        int reached = unlink("reached"); /* or the folder could not be removed */
        assert_int_equal(reached, -1);
        assert_no_controls(text);
        free(text);
        json_decref(report);
    }
}

static void no_control_character_is_left(void **state)
{
    (void)state;
    json_t *report = report_with("a\033]0;title\007b\rc\tz\302\233m\177", "bars");
    char *text = both(report);
    assert_no_controls(text);
    assert_non_null(strstr(text, "a ]0;title b c z"));
    free(text);
    json_decref(report);
}

static void no_text_becomes_a_tag(void **state)
{
    (void)state;
    json_t *report = report_with("<script>alert(1)</script>\" onload='x'", "none");
    char *text = both(report);
    char *page = strstr(text, "<!doctype html>");
    assert_non_null(page);
    assert_null(strstr(page, "<script>"));
    assert_null(strstr(page, "\" onload='"));
    assert_non_null(strstr(page, "&lt;script&gt;"));
    free(text);
    json_decref(report);
}

/* Every value of another type, or missing, at each place. */
static void other_types_are_left_out(void **state)
{
    static const char *const wrong[] = {
        "{\"claims\": [7, null, \"x\", [], {}]}",
        "{\"place\": 3, \"claims\": [{\"tables\": 5, \"missing\": {}, \"id\": 1}]}",
        "{\"claims\": [{\"missing\": [1, null, {}], \"tables\": [1, null, {}]}]}",
        "{\"claims\": [{\"tables\": [{\"columns\": [1, null], \"rows\": [1, {\"cells\": "
        "[1, "
        "null, \"x\", {\"value\": \"y\"}, {\"value\": 1, \"low\": []}]}]}]}]}",
        "{\"claims\": [{\"tables\": [{\"columns\": {}, \"rows\": {}, \"unit\": []}]}]}",
        "{\"claims\": [{\"number\": 1e300, \"id\": \"\", \"state\": null}]}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        json_error_t error;
        json_t *report = json_loads(wrong[i], 0, &error);
        if (report == NULL)
            fail_msg("%s: %s", wrong[i], error.text);
        assert_int_equal(report_clean(report), 0);
        free(both(report));
        json_decref(report);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_in_a_text_is_run),
        cmocka_unit_test(no_control_character_is_left),
        cmocka_unit_test(no_text_becomes_a_tag),
        cmocka_unit_test(other_types_are_left_out),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
