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

static bool first; /* what needs the lab machine is left for later */

/* The functions that the lab asks for: build/reference/LESSON/functions. And those of them
 * that are judged now, with their points. */
enum { FUNCTIONS_MAX = 32 };
static struct function {
    char name[64];
    int points;
    char file[64];
} all[FUNCTIONS_MAX], functions[FUNCTIONS_MAX];
static size_t all_count, function_count;
static int points;

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

/* Whether FUNCTION is a line of the file PATH. */
static bool has_line(const char *path, const char *function)
{
    char line[256];
    bool found = false;
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        found |= strcmp(line, function) == 0;
    }
    if (file)
        fclose(file);
    return found;
}

/* True when WORD is one of the blank-separated words of LIST. */
static bool has_word(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = list; (at = strstr(at, word)); at += length)
        if ((at == list || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
            return true;
    return false;
}

/* The words behind TAG in the head comment of a file, joined by blanks. */
static void words_behind(const char *tag, const char *path, char *list, size_t size)
{
    list[0] = '\0';
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char line[256];
    while (fgets(line, sizeof line, file)) {
        char *found = strstr(line, tag);
        if (!found)
            continue;
        line[strcspn(line, "\n")] = '\0';
        snprintf(list + strlen(list), size - strlen(list), "%s%s", list[0] ? " " : "",
                 found + strlen(tag));
    }
    fclose(file);
}

/* Whether FUNCTION is among those that are judged now. */
static bool is_judged(const char *function)
{
    for (size_t f = 0; f < function_count; f++)
        if (strcmp(functions[f].name, function) == 0)
            return true;
    return false;
}

/* Whether FUNCTION, or any when that is NULL, is judged only where the lab machine is needed. */
static bool needs_machine(const char *function)
{
    char list[1024], *path = text("tests/%s/test.c", lesson);
    words_behind("@machine ", path, list, sizeof list);
    free(path);
    return function ? has_word(list, function) : list[0] != '\0';
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

static const char *field(const json_t *check, const char *name)
{
    const char *value = json_string_value(json_object_get(check, name));
    return value ? value : "";
}

static int points_of(const json_t *report)
{
    return (int)json_integer_value(json_object_get(report, "points"));
}

/* The reports about the functions that are judged now, as one. */
static json_t *grade_some(const char *variant)
{
    json_t *checks = json_array();
    int earned = 0, max = 0;
    for (size_t f = 0; f < function_count; f++) {
        json_t *report = grade(variant, functions[f].name), *check;
        size_t i;
        json_array_foreach(json_object_get(report, "checks"), i, check)
        {
            if (strcmp(field(check, "function"), functions[f].name) == 0)
                (void)json_array_append(checks, check);
        }
        earned += points_of(report);
        max += functions[f].points;
        json_decref(report);
    }
    json_t *some =
        json_pack("{s:i, s:i, s:o}", "points", earned, "max", max, "checks", checks);
    assert_non_null(some);
    return some;
}

/* The report of a variant that is graded whole. */
static const json_t *whole(enum whole which)
{
    if (!wholes[which])
        wholes[which] = function_count == all_count ? grade(whole_names[which], NULL)
                                                    : grade_some(whole_names[which]);
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
