/* report.c - a grade for programs: JSON, TAP and JUnit XML, and the choice of a format.
 *
 * Titles come from the judge, messages may quote what the learner's program wrote. They are
 * printable already (text.h); here they are escaped for the format, so that no message can end
 * its own element or become a line of results.
 *
 * Read on: FORMATS.md; testanything.org, TAP 13; the XML recommendation, 2.4.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include "grade_inside.h"

static size_t count_status(const struct grade *grade,
                           bool wanted(enum grade_status status))
{
    size_t count = 0;
    for (size_t i = 0; i < grade->count; i++)
        count += wanted(grade->checks[i].status);
    return count;
}

/* --- JSON ------------------------------------------------------------------------------------- */

static json_t *check_as_json(const struct grade_check *check)
{
    return json_pack("{s:s, s:s, s:s, s:i, s:i, s:s, s:s, s:s, s:f}", "id", check->id,
                     "title", check->title, "function", check->function, "points",
                     check->points, "max", check->max, "status",
                     grade_status_word(check->status), "message", check->message, "page",
                     check->page, "seconds", check->seconds);
}

int grade_write_json(const struct grade *grade, FILE *file)
{
    json_t *checks = json_array();
    for (size_t i = 0; i < grade->count; i++)
        (void)json_array_append_new(checks,
                                    check_as_json(&grade->checks[i])); /* counted below */
    json_t *all =
        json_pack("{s:s, s:i, s:i, s:f, s:s, s:o}", "lesson", grade->lesson, "points",
                  grade->points, "max", grade->max, "seconds", grade->seconds, "compiler",
                  grade->compiler, "checks", checks);
    /* A grade that lost a part of itself must not look like one. */
    char *text = all && json_array_size(checks) == grade->count
                     ? json_dumps(all, JSON_INDENT(2) | JSON_REAL_PRECISION(4))
                     : NULL;
    json_decref(all);
    if (!text) {
        errno = ENOMEM;
        return -1;
    }
    (void)fprintf(file, "%s\n", text); /* grade_write looks at the state of FILE */
    free(text);
    return 0;
}

/* --- TAP -------------------------------------------------------------------------------------- */

/* A description: one line, and no '#', behind which a directive (SKIP, TODO) would stand. */
static void tap_description(const char *text, FILE *file)
{
    for (; *text; text++) {
        if (*text == '#' || *text == '\\')
            (void)fputc('\\', file);
        (void)fputc(*text == '\n' || *text == '\t' ? ' ' : *text, file);
    }
}

/* YAML's double-quoted style takes what JSON's strings are. */
static void tap_value(const char *key, const char *text, FILE *file)
{
    json_t *string = json_string(text);
    char *quoted = string ? json_dumps(string, JSON_ENCODE_ANY) : NULL;
    (void)fprintf(file, "  %s: %s\n", key, quoted ? quoted : "\"\"");
    free(quoted);
    json_decref(string);
}

void grade_write_tap(const struct grade *grade, FILE *file)
{
    (void)fprintf(file, "TAP version 13\n1..%zu\n", grade->count);
    for (size_t i = 0; i < grade->count; i++) {
        const struct grade_check *check = &grade->checks[i];
        /* A check that could not run is no SKIP: many a harness takes that for a pass. */
        (void)fprintf(file, "%sok %zu - ", check->status == GRADE_PASSED ? "" : "not ",
                      i + 1);
        tap_description(check->id, file);
        (void)fputs(": ", file);
        tap_description(check->title, file);
        (void)fputs("\n  ---\n", file);
        tap_value("status", grade_status_word(check->status), file);
        tap_value("function", check->function, file);
        (void)fprintf(file, "  points: %d\n  max: %d\n", check->points, check->max);
        tap_value("message", check->message, file);
        (void)fputs("  ...\n", file);
    }
    (void)fprintf(file, "# %s: %d of %d points\n", grade->lesson, grade->points,
                  grade->max);
}

/* --- JUnit XML --------------------------------------------------------------------------------- */

static void xml_text(const char *text, FILE *file)
{
    for (; *text; text++) {
        switch (*text) {
        case '&':
            (void)fputs("&amp;", file);
            break;
        case '<':
            (void)fputs("&lt;", file);
            break;
        case '>': /* also the one of "]]>" */
            (void)fputs("&gt;", file);
            break;
        case '"':
            (void)fputs("&quot;", file);
            break;
        case '\n':
            (void)fputs("&#10;", file);
            break;
        case '\t':
            (void)fputs("&#9;", file);
            break;
        default:
            (void)fputc(*text, file);
        }
    }
}

static void xml_attribute(const char *name, const char *text, FILE *file)
{
    (void)fprintf(file, " %s=\"", name);
    xml_text(text, file);
    (void)fputc('"', file);
}

static bool is_skipped(enum grade_status status)
{
    return status == GRADE_COULD_NOT_RUN;
}

static bool is_error(enum grade_status status)
{
    return status == GRADE_DID_NOT_BUILD || status == GRADE_CRASHED ||
           status == GRADE_TIMED_OUT;
}

static bool is_failure(enum grade_status status)
{
    return status == GRADE_FAILED || status == GRADE_NOT_WRITTEN;
}

static void junit_check(const struct grade *grade, const struct grade_check *check,
                        FILE *file)
{
    (void)fputs("    <testcase", file);
    char *class = text_format("%s.%s", grade->lesson, check->function);
    xml_attribute("classname", class, file);
    free(class);
    xml_attribute("name", check->title, file);
    (void)fprintf(
        file,
        " time=\"%.3f\">\n      <properties>\n        <property name=\"points\" "
        "value=\"%d\"/>\n        <property name=\"max\" value=\"%d\"/>\n"
        "        <property name=\"id\"",
        check->seconds, check->points, check->max);
    xml_attribute("value", check->id, file);
    (void)fputs("/>\n      </properties>\n", file);
    const char *element = is_skipped(check->status)   ? "skipped"
                          : is_error(check->status)   ? "error"
                          : is_failure(check->status) ? "failure"
                                                      : NULL;
    if (element) {
        (void)fprintf(file, "      <%s", element);
        if (!is_skipped(check->status))
            xml_attribute("type", grade_status_word(check->status), file);
        xml_attribute("message", check->message, file);
        (void)fputs("/>\n", file);
    }
    (void)fputs("    </testcase>\n", file);
}

void grade_write_junit(const struct grade *grade, FILE *file)
{
    (void)fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite",
                file);
    xml_attribute("name", grade->lesson, file);
    (void)fprintf(
        file,
        " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"%.3f\">\n",
        grade->count, count_status(grade, is_failure), count_status(grade, is_error),
        count_status(grade, is_skipped), grade->seconds);
    (void)fprintf(file,
                  "    <properties>\n      <property name=\"points\" value=\"%d\"/>\n"
                  "      <property name=\"max\" value=\"%d\"/>\n    </properties>\n",
                  grade->points, grade->max);
    for (size_t i = 0; i < grade->count; i++)
        junit_check(grade, &grade->checks[i], file);
    if (grade->compiler[0]) {
        (void)fputs("    <system-err>", file);
        xml_text(grade->compiler, file);
        (void)fputs("</system-err>\n", file);
    }
    (void)fputs("  </testsuite>\n</testsuites>\n", file);
}

/* --- which ------------------------------------------------------------------------------------- */

int grade_format_parse(const char *word, enum grade_format *format)
{
    static const char *const words[] = {
        [GRADE_TEXT] = "text",
        [GRADE_JSON] = "json",
        [GRADE_TAP] = "tap",
        [GRADE_JUNIT] = "junit",
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(word, words[i]) == 0) {
            *format = (enum grade_format)i;
            return 0;
        }
    return -1;
}

int grade_write(const struct grade *grade, enum grade_format format,
                const struct grade_style *style, FILE *file)
{
    switch (format) {
    case GRADE_TEXT:
        grade_write_text(grade, style, file);
        break;
    case GRADE_JSON:
        if (grade_write_json(grade, file) == -1)
            return -1;
        break;
    case GRADE_TAP:
        grade_write_tap(grade, file);
        break;
    case GRADE_JUNIT:
        grade_write_junit(grade, file);
        break;
    }
    return fflush(file) == EOF || ferror(file) ? -1 : 0;
}
