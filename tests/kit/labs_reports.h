/* labs_reports.h - for labs.c: the reports about each version of a module, made when first asked
 * for.
 *
 * The checks of a function run a program that was linked for this function alone. Where two
 * versions have the same program, byte for byte, it is judged once: variants.sh makes the second
 * one a link to the first.
 */
#ifndef LABS_REPORTS_H
#define LABS_REPORTS_H

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <cmocka.h>
#include <jansson.h>

static const char *lesson;
static const char *built; /* the folder of variants.sh */

/* What is graded whole, and once. */
enum whole { REFERENCE, UNTOUCHED, STUB, WHOLES };
static const char *const whole_names[] = {"reference", "untouched", "stub"};
static json_t *wholes[WHOLES];

static char *text(const char *format, ...) __attribute__((format(printf, 1, 2)));

static char *text(const char *format, ...)
{
    char *s = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&s, format, arguments) == -1) {
        fprintf(stderr, "labs: out of memory\n");
        exit(1);
    }
    va_end(arguments);
    return s;
}

/* Grades a variant, or only the checks of one FUNCTION of it. The caller owns the report. */
static json_t *grade(const char *variant, const char *function)
{
    char *command = text("build/boxwork check %s --here --built '%s/%s' --module "
                         "'%s/%s/source' %s %s --format json",
                         lesson, built, variant, built, variant,
                         function ? "--function" : "", function ? function : "");
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    json_error_t error;
    json_t *report = json_loadf(pipe, 0, &error);
    int status = pclose(pipe);
    if (!report)
        fail_msg("%s: no JSON: %s", command, error.text);
    assert_true(WIFEXITED(status));
    json_int_t points = json_integer_value(json_object_get(report, "points"));
    json_int_t max = json_integer_value(json_object_get(report, "max"));
    if (WEXITSTATUS(status) != (points == max ? 0 : 1))
        fail_msg("%s: %d of %d points, but exit status %d", command, (int)points,
                 (int)max, WEXITSTATUS(status));
    free(command);
    return report;
}

/* The report of a variant that is graded whole. */
static const json_t *whole(enum whole which)
{
    if (!wholes[which])
        wholes[which] = grade(whole_names[which], NULL);
    return wholes[which];
}

/* Whether the program for FUNCTION is the same in both variants. */
static bool is_same_program(const char *one, const char *other, const char *function)
{
    char *a = text("%s/%s/probe-%s", built, one, function);
    char *b = text("%s/%s/probe-%s", built, other, function);
    char *real_a = realpath(a, NULL), *real_b = realpath(b, NULL);
    bool same = real_a && real_b && strcmp(real_a, real_b) == 0;
    free(a);
    free(b);
    free(real_a);
    free(real_b);
    return same;
}

/* A report that has the checks of FUNCTION in VARIANT. The caller owns it. */
static json_t *judge(const char *variant, const char *function)
{
    for (enum whole w = REFERENCE; w < WHOLES; w++)
        if (is_same_program(variant, whole_names[w], function))
            return json_incref((json_t *)whole(w));
    return grade(variant, function);
}

static int points_of(const json_t *report)
{
    return (int)json_integer_value(json_object_get(report, "points"));
}

static const char *field(const json_t *check, const char *name)
{
    const char *value = json_string_value(json_object_get(check, name));
    return value ? value : "";
}

/* Prints every check that did not pass, for whoever reads the log. */
static void show(const json_t *report)
{
    size_t i;
    json_t *check;
    json_array_foreach(json_object_get(report, "checks"), i,
                       check) if (strcmp(field(check, "status"), "passed") != 0)
        print_message("    %s: %s: %s\n", field(check, "id"), field(check, "status"),
                      field(check, "message"));
}

#endif
