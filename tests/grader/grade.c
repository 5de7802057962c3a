/* grade.c - a grade, from request to exit status; see grade.h.
 *
 * First the build, which runs nothing of the learner's; then the list of checks, from the judge;
 * then verdicts for what needs no run (not built, not written, not defined); then the judge,
 * for the rest. Whatever has no verdict at the end has failed.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include "grade_inside.h"

static double seconds_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail for this clock */
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* --- functions that need no run ------------------------------------------------------------- */

/* The line of FILE that holds LAB_TODO with FUNCTION, or 0. */
static int todo_line(const char *path, const char *function)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return 0;
    char *line = NULL, *end = text_format(", %s)", function);
    size_t room = 0;
    int number = 0, found = 0;
    while (found == 0 && getline(&line, &room, file) != -1) {
        number++;
        if (strstr(line, "LAB_TODO(") && strstr(line, end))
            found = number;
    }
    free(line);
    free(end);
    (void)fclose(file); /* only read */
    return found;
}

/* The module as whoever asked calls it. */
static char *named_module(const struct grade_request *request)
{
    return request->module ? text_copy(request->module)
                           : text_format("labs/%s", request->lesson);
}

char *grade_todo_place(const struct grade_request *request, const char *function)
{
    const char *top = request->top ? request->top : ".";
    char *named = named_module(request);
    char *path = request->module ? text_copy(named) : text_format("%s/%s", top, named);
    char *place = NULL;
    DIR *files = opendir(path);
    struct dirent *entry;
    while (files && !place && (entry = readdir(files))) {
        char *file = text_format("%s/%s", path, entry->d_name);
        int line = todo_line(file, function);
        free(file);
        if (line > 0)
            place = text_format("%s/%s:%d", named, entry->d_name, line);
    }
    if (files)
        (void)closedir(files);                        /* only read */
    int line = files ? 0 : todo_line(path, function); /* the module is a single file */
    if (line > 0)
        place = text_format("%s:%d", named, line);
    free(named);
    free(path);
    return place ? place : text_copy("");
}

static void decide(struct grade_check *check, enum grade_status status, char *message)
{
    check->status = status;
    check->message = text_printable(message, strlen(message), 4000);
    free(message);
}

/* The first line that the compiler calls an error; it says more than the lines around it. */
static char *first_error(const char *compiler)
{
    const char *line = strcasestr(compiler, "error");
    line = line ? line : strstr(compiler, "undefined reference");
    line = line ? line : compiler;
    while (line > compiler && line[-1] != '\n')
        line--;
    return strndup(line, strcspn(line, "\n"));
}

static void decide_without_running(const struct grade_request *request,
                                   const struct grade_build *build,
                                   struct grade_check *check)
{
    if (!build->built) {
        char *error = first_error(build->compiler);
        decide(check, GRADE_DID_NOT_BUILD,
               text_format("the module did not build: %s", error ? error : ""));
        free(error);
    } else if (grade_has_name(build->todo, check->function)) {
        char *place = grade_todo_place(request, check->function);
        decide(check, GRADE_NOT_WRITTEN,
               text_format("%s is not written yet%s%s", check->function,
                           place[0] ? ": " : "", place));
        free(place);
    } else if (!grade_has_name(build->defined, check->function) &&
               !request->absent_is_reference) {
        char *named = named_module(request);
        decide(check, GRADE_FAILED,
               text_format("%s is not defined in %s", check->function, named));
        free(named);
    }
}

/* --- the whole ------------------------------------------------------------------------------- */

static bool lesson_is_one(const struct grade_request *request, char **error)
{
    char *judge = grade_judge_path(request);
    char *tests = text_format("%s/tests/%s/test.c", request->top ? request->top : ".",
                              request->lesson);
    struct stat about;
    /* In a tree without the tests' sources the judge is there already. */
    bool exists = !strchr(request->lesson, '/') && request->lesson[0] != '.' &&
                  (stat(judge, &about) == 0 || stat(tests, &about) == 0);
    if (!exists)
        *error = text_format("%s: there is no judge for it: see the folders in tests/",
                             request->lesson);
    free(judge);
    free(tests);
    return exists;
}

static void add_up(struct grade *grade)
{
    for (size_t i = 0; i < grade->count; i++) {
        struct grade_check *check = &grade->checks[i];
        if (!check->message)
            decide(check, GRADE_FAILED, text_copy("the judge ended before it"));
        check->points = check->status == GRADE_PASSED ? check->max : 0;
        grade->points += check->points;
        grade->max += check->max;
    }
}

static int grade_all(const struct grade_request *request, struct grade *grade,
                     char **error)
{
    struct grade_build build;
    if (request->progress)
        request->progress(request->context, "building");
    int result = grade_build(request, &build, error);
    if (result == 0)
        result = grade_list(request, grade, error);
    if (result == 0) {
        grade->compiler = text_copy(build.compiler);
        for (size_t i = 0; i < grade->count; i++)
            decide_without_running(request, &build, &grade->checks[i]);
        grade_judge(request, &build, grade);
        add_up(grade);
    }
    grade_build_end(&build);
    return result;
}

int grade_lesson(const struct grade_request *request, struct grade **result, char **error)
{
    double begun = seconds_now();
    *result = NULL;
    *error = NULL;
    if (!lesson_is_one(request, error))
        return -1;
    struct grade *grade = calloc(1, sizeof *grade);
    if (!grade) {
        *error = text_copy("there is no memory left: close other programs");
        return -1;
    }
    grade->lesson = text_copy(request->lesson);
    if (grade_all(request, grade, error) == -1) {
        grade_free(grade);
        return -1;
    }
    grade->seconds = seconds_now() - begun;
    *result = grade;
    return 0;
}

void grade_free(struct grade *grade)
{
    if (!grade)
        return;
    for (size_t i = 0; i < grade->count; i++) {
        struct grade_check *check = &grade->checks[i];
        free(check->id);
        free(check->title);
        free(check->function);
        free(check->page);
        free(check->message);
    }
    free(grade->checks);
    free(grade->lesson);
    free(grade->compiler);
    free(grade->log);
    free(grade);
}

int grade_exit_status(const struct grade *grade)
{
    bool could_not = false;
    for (size_t i = 0; i < grade->count; i++) {
        if (grade->checks[i].status == GRADE_COULD_NOT_RUN)
            could_not = true;
        else if (grade->checks[i].status != GRADE_PASSED)
            return 1;
    }
    return could_not ? 3 : 0;
}
