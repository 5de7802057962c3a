/* labs.c - one lesson's lab, judged from all sides: is the judge right?
 *
 *     build/kit/labs c02-chroot
 *
 * The reference must lose nothing, the lab as it is handed out must earn nothing, a function
 * taken out of the reference must cost its own points and no others, and each mutant (a
 * mistake that a learner would make) must fail the checks that its head comment names after
 * "@fails", and no others. All of it goes through `build/boxwork check`, as a learner does.
 *
 * @no-sanitizer: it only starts programs.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
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
#include <unistd.h>
#include <cmocka.h>
#include <jansson.h>

enum { FUNCTIONS_MAX = 32 };

static const char *lesson;
static char work[] = "/tmp/boxwork-labs-XXXXXX";

/* The functions that the lab asks for: build/reference/LESSON/functions. */
static struct {
    char name[64];
    int points;
    char file[64];
} functions[FUNCTIONS_MAX];
static size_t function_count;

static char *text(const char *format, ...) __attribute__((format(printf, 1, 2)));

static char *text(const char *format, ...)
{
    char *s = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&s, format, arguments) == -1)
        fail_msg("out of memory");
    va_end(arguments);
    return s;
}

/* Runs a shell command that must end with 0. */
static void shell(char *command)
{
    int status = system(command);
    if (status != 0)
        fail_msg("%s: status %d", command, status);
    free(command);
}

/* Grades MODULE (a folder or a C file), compiled with EXTRA. The caller owns the report. */
static json_t *grade(const char *module, const char *extra, const char *options)
{
    char *command = text("EXTRA='%s' build/boxwork check %s --here --module '%s' %s "
                         "--format json",
                         extra, lesson, module, options);
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

static void the_points_add_up(void **state)
{
    (void)state;
    char *module = text("solutions/%s", lesson);
    json_t *report = grade(module, "", "");
    int total = 0;
    for (size_t f = 0; f < function_count; f++) {
        int sum = 0;
        size_t i;
        json_t *check;
        json_array_foreach(
            json_object_get(report, "checks"), i,
            check) if (strcmp(field(check, "function"), functions[f].name) == 0) sum +=
            (int)json_integer_value(json_object_get(check, "max"));
        if (sum != functions[f].points)
            fail_msg("%s has @points %d, but its checks have %d", functions[f].name,
                     functions[f].points, sum);
        total += sum;
    }
    assert_int_equal(total, 100);
    assert_int_equal(json_integer_value(json_object_get(report, "max")), 100);
    json_decref(report);
    free(module);
}

static void the_reference_loses_nothing(void **state)
{
    (void)state;
    char *module = text("solutions/%s", lesson);
    json_t *report = grade(module, "", "");
    show(report);
    assert_int_equal(points_of(report), 100);
    json_decref(report);
    free(module);
}

/* The lab as it is handed out: cut anew, for the committed one may have been worked on. */
static char *fresh_lab(const char *options)
{
    char *folder = text("%s/lab", work);
    shell(text("rm -rf %s && mkdir %s", folder, folder));
    shell(text("for f in solutions/%s/*.c; do awk -f labs/cut.awk %s $f > %s/${f##*/} || "
               "exit 1; done",
               lesson, options, folder));
    return folder;
}

static void the_untouched_lab_compiles_without_a_warning_and_earns_nothing(void **state)
{
    (void)state;
    char *folder = fresh_lab("");
    json_t *report = grade(folder, "-Werror", "");
    size_t i;
    json_t *check;
    json_array_foreach(json_object_get(report, "checks"), i,
                       check) if (strcmp(field(check, "status"), "not-written") != 0)
        fail_msg("%s: %s: %s", field(check, "id"), field(check, "status"),
                 field(check, "message"));
    assert_int_equal(points_of(report), 0);
    json_decref(report);
    free(folder);
}

/* The stubs without their mark run, and must fail by what they do. */
static void no_check_is_passed_by_a_stub(void **state)
{
    (void)state;
    char *folder = fresh_lab("");
    json_t *report = grade(folder, "-DLAB_TODO_UNMARKED", "");
    size_t i;
    json_t *check;
    json_array_foreach(json_object_get(report, "checks"), i,
                       check) if (strcmp(field(check, "status"), "passed") == 0)
        fail_msg("%s is passed by a stub", field(check, "id"));
    assert_int_equal(points_of(report), 0);
    json_decref(report);
    free(folder);
}

static void a_function_taken_out_costs_its_own_points(void **state)
{
    (void)state;
    for (size_t f = 0; f < function_count; f++) {
        char *option = text("-v only=%s", functions[f].name);
        char *folder = fresh_lab(option);
        json_t *report = grade(folder, "-DLAB_TODO_UNMARKED", "");
        size_t i;
        json_t *check;
        json_array_foreach(json_object_get(report, "checks"), i, check)
        {
            bool own = strcmp(field(check, "function"), functions[f].name) == 0;
            bool passed = strcmp(field(check, "status"), "passed") == 0;
            if (own == passed)
                fail_msg("without %s: %s: %s: %s", functions[f].name, field(check, "id"),
                         field(check, "status"), field(check, "message"));
        }
        assert_int_equal(points_of(report), 100 - functions[f].points);
        json_decref(report);
        free(folder);
        free(option);
    }
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

/* The words behind "@fails" in the head comment of a mutant, joined by blanks. */
static void fails_of(const char *path, char *list, size_t size)
{
    list[0] = '\0';
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char line[256];
    while (fgets(line, sizeof line, file)) {
        char *tag = strstr(line, "@fails ");
        if (!tag)
            continue;
        line[strcspn(line, "\n")] = '\0';
        snprintf(list + strlen(list), size - strlen(list), "%s%s", list[0] ? " " : "",
                 tag + strlen("@fails "));
    }
    fclose(file);
}

/* Whether the C file defines the function: a line that begins with its type and ends without
 * a semicolon. */
static bool defines(const char *path, const char *function)
{
    char line[512], *call = text("%s(", function);
    bool found = false;
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        const char *at = strstr(line, call);
        if (at && at > line && strchr(" *", at[-1]) && !strchr(" \t/#*", line[0]) &&
            !strchr(line, ';'))
            found = true;
    }
    fclose(file);
    free(call);
    return found;
}

/* Grades one function of a mutant. FAILED counts the checks that did not pass. */
static bool function_is_caught(const char *path, const char *function, const char *fails,
                               int *failed)
{
    char *options = text("--absent-is-reference --function %s", function);
    json_t *report = grade(path, "", options), *check;
    bool right = true;
    size_t i;
    free(options);
    json_array_foreach(json_object_get(report, "checks"), i, check)
    {
        bool passed = strcmp(field(check, "status"), "passed") == 0;
        *failed += !passed;
        if (passed == has_word(fails, field(check, "id"))) {
            print_message("%s: %s: %s: %s\n", path, field(check, "id"),
                          field(check, "status"), field(check, "message"));
            right = false;
        }
    }
    json_decref(report);
    return right;
}

static int words_of(const char *list)
{
    int words = 0;
    for (list += strspn(list, " "); *list; list += strspn(list, " "), words++)
        list += strcspn(list, " ");
    return words;
}

/* A mutant holds only the functions that it has wrong. The checks of all others would run on
 * the reference alone, which another test looks at. */
static bool mutant_is_caught(const char *path)
{
    char fails[1024];
    int failed = 0;
    bool right = true;
    fails_of(path, fails, sizeof fails);
    for (size_t f = 0; f < function_count; f++)
        if (defines(path, functions[f].name))
            right &= function_is_caught(path, functions[f].name, fails, &failed);
    if (failed == 0 || failed != words_of(fails)) {
        print_message("%s: @fails is \"%s\", but %d checks failed\n", path, fails,
                      failed);
        right = false;
    }
    return right;
}

static void each_mutant_fails_the_checks_that_it_names(void **state)
{
    (void)state;
    char *folder = text("tests/%s/mutants", lesson);
    DIR *mutants = opendir(folder);
    assert_non_null(mutants);
    int count = 0, wrong = 0;
    for (struct dirent *entry; (entry = readdir(mutants));) {
        if (!strstr(entry->d_name, ".c"))
            continue;
        char *path = text("%s/%s", folder, entry->d_name);
        count++;
        if (!mutant_is_caught(path))
            wrong++;
        free(path);
    }
    closedir(mutants);
    free(folder);
    assert_true(count >= 4);
    assert_int_equal(wrong, 0);
}

static int read_functions(void)
{
    char *path = text("build/reference/%s/functions", lesson);
    FILE *file = fopen(path, "r");
    if (!file) {
        fprintf(stderr, "labs: %s: %s\n", path, strerror(errno));
        return -1;
    }
    while (function_count < FUNCTIONS_MAX &&
           fscanf(file, "%63s %*s %d %63s", functions[function_count].name,
                  &functions[function_count].points, functions[function_count].file) == 3)
        function_count++;
    fclose(file);
    free(path);
    return function_count > 0 ? 0 : -1;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: labs LESSON\n");
        return 2;
    }
    lesson = argv[1];
    if (read_functions() == -1 || !mkdtemp(work))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_points_add_up),
        cmocka_unit_test(the_reference_loses_nothing),
        cmocka_unit_test(the_untouched_lab_compiles_without_a_warning_and_earns_nothing),
        cmocka_unit_test(no_check_is_passed_by_a_stub),
        cmocka_unit_test(a_function_taken_out_costs_its_own_points),
        cmocka_unit_test(each_mutant_fails_the_checks_that_it_names),
    };
    int failed = cmocka_run_group_tests_name(lesson, tests, NULL, NULL);
    char *command = text("rm -rf %s", work);
    if (system(command) != 0)
        failed++;
    free(command);
    return failed ? 1 : 0;
}
