/* check.c - `boxwork check`: builds, grades, reports, notes the points, and says what to look
 * at next.
 *
 * The grading is the grader's (tests/grader): it runs the learner's code in a sandbox. In the
 * lab machine there is no compiler, so there the programs come from the host, where
 * compiling is all that happens to the learner's code.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "check.h"
#include "inside.h"
#include "machine.h"
#include "map.h"
#include "run.h"
#include "where.h"

/* One line that shows what goes on, written over by the next. */
static void show_life(void *context, const char *what)
{
    (void)context;
    fprintf(stderr, "\r\033[K%.70s", what);
}

static void note_points(const struct course *course, const struct grade *grade)
{
    char error[512] = "";
    struct progress *progress =
        progress_open(course->top, PROGRESS_CHANGE, error, sizeof error);
    if (progress != NULL) {
        progress_set_points(progress, grade->lesson, grade->points, grade->max);
        (void)progress_save(progress, error, sizeof error); /* ERROR says whether */
    }
    progress_close(progress);
    if (error[0] != '\0')
        (void)course_error(course, "the points are not noted: %s", error);
}

/* Inside a machine the host builds, and its files arrive here. Returns the folder with the
 * programs, to be freed; NULL with a line on stderr. */
static char *ask_for_probes(const struct course *course, const struct lesson *lesson)
{
    char *words[] = {"probes", lesson->id, NULL};
    int status = machine_ask(words);
    if (status == -1) {
        (void)course_error(course, "the host does not answer: %s", strerror(errno));
        return NULL;
    }
    if (status != 0) {
        (void)course_error(course, "%s: it does not build: see `check` on the host",
                           lesson->id);
        return NULL;
    }
    return check_directory(course, lesson);
}

struct grade *check_here(const struct course *course, const struct check_request *request)
{
    struct grade *grade = NULL;
    char *error = NULL, *built = NULL;
    if (request->built != NULL)
        built = strdup(request->built);
    else if (request->module == NULL && machine_inside())
        built = ask_for_probes(course, request->lesson);
    if (built == NULL && (request->built != NULL || machine_inside()))
        return NULL;
    struct grade_request asked = {
        .top = course->top,
        .lesson = request->lesson->id,
        .module = request->module,
        .out = built,
        .function = request->function,
        .absent_is_reference = request->absent_is_reference,
        .builder =
            built != NULL ? "true" : NULL, /* true(1): there is nothing left to do */
        .progress = isatty(2) ? show_life : NULL,
    };
    if (grade_lesson(&asked, &grade, &error) == -1) {
        (void)course_error(course, "%s", error != NULL ? error : "no memory");
        grade = NULL;
    }
    if (asked.progress != NULL)
        fprintf(stderr, "\r\033[K");
    free(error);
    free(built);
    if (grade != NULL && request->module == NULL && request->function == NULL)
        note_points(course, grade);
    return grade;
}

/* --- what to look at next -------------------------------------------------------------------- */

static const struct grade_check *first_lost(const struct grade *grade)
{
    for (size_t i = 0; i < grade->count; i++)
        if (grade->checks[i].points < grade->checks[i].max)
            return &grade->checks[i];
    return NULL;
}

static void advise_all_points(const struct course *course, const struct lesson *lesson)
{
    struct progress *progress = progress_or_say(course);
    const struct lesson *next =
        progress != NULL ? lesson_after(course, progress, lesson) : NULL;
    printf("\nnext: compare with solutions/%s, where you have it\n", lesson->id);
    printf("      make build FROM=labs         your functions in the products\n");
    if (next != NULL)
        printf("      build/boxwork open %s       the next lesson\n", next->number);
    progress_close(progress);
}

void check_advise(const struct course *course, const struct lesson *lesson,
                  const struct grade *grade)
{
    const struct grade_check *lost = first_lost(grade);
    if (lost == NULL) {
        advise_all_points(course, lesson);
        return;
    }
    switch (lost->status) {
    case GRADE_DID_NOT_BUILD:
        printf("\nnext: what the compiler says, then build/boxwork check %s\n",
               lesson->number);
        return;
    case GRADE_COULD_NOT_RUN:
        printf("\nnext: build/boxwork check %s --machine\n"
               "      build/boxwork doctor         what this host lacks\n",
               lesson->number);
        return;
    default:
        printf("\nnext: %s in labs/%s\n", lost->function, lesson->id);
        if (lost->page[0] != '\0')
            printf("      lessons/%s/README.md, \"%s\"\n", lesson->id, lost->page);
        printf("      build/boxwork hint %s %s\n", lesson->number, lost->function);
    }
}

/* --- the command ------------------------------------------------------------------------------- */

/* Ends a report in FILE, which is stdout when NAME is NULL; FAILED: it could not be written. Returns
 * 0, or an exit status. */
static int end_report(const struct course *course, FILE *file, const char *name,
                      bool failed)
{
    if ((name != NULL ? fclose(file) : fflush(file)) != EOF && !failed)
        return 0;
    struct stat s;
    int saved = errno;
    if (name != NULL && stat(name, &s) == 0 && S_ISREG(s.st_mode))
        (void)unlink(name); /* half of a report is worse than none */
    (void)course_error(course, "%s: %s", name ? name : "stdout", strerror(saved));
    return STATUS_CANNOT_RUN;
}

/* Writes to the file NAME, or to stdout when that is NULL. Returns as end_report. */
static int report(const struct course *course, const struct grade *grade,
                  enum grade_format format, const char *name)
{
    FILE *file = name != NULL ? fopen(name, "we") : stdout;
    if (file == NULL)
        return course_error(course, "%s: %s", name, strerror(errno)), STATUS_CANNOT_RUN;
    struct grade_style style = grade_style_for(file);
    return end_report(course, file, name, grade_write(grade, format, &style, file) == -1);
}

/* The file that the report goes to; NULL: stdout, which is also called "-". */
static const char *output_of(const struct invocation *typed)
{
    const char *file = option(typed, "output");
    return file != NULL && strcmp(file, "-") == 0 ? NULL : file;
}

/* Here: the judge and its sandbox on this host. */
static int check_on_host(const struct course *course, const struct invocation *typed,
                         const struct check_request *request, enum grade_format format)
{
    struct grade *grade = check_here(course, request);
    if (grade == NULL)
        return STATUS_CANNOT_RUN;
    int status = report(course, grade, format, output_of(typed));
    if (status == 0) {
        status = grade_exit_status(grade);
        if (format == GRADE_TEXT && request->module == NULL && output_of(typed) == NULL)
            check_advise(course, request->lesson, grade);
    }
    grade_free(grade);
    return status;
}

/* Puts a module of somebody else's to where the lab machine sees it: into the tree, beside its
 * programs. Returns its folder, to be freed; NULL with a line on stderr. */
static char *take_along(const struct course *course, const char *module,
                        const char *built)
{
    char *to, *argv[] = {"sh",
                         "-c",
                         "rm -rf \"$2\" && mkdir \"$2\" && if [ -d \"$1\" ]; then "
                         "find \"$1/\" -maxdepth 1 -name '*.[ch]' -type f -exec cp -t "
                         "\"$2\" {} +; else cp \"$1\" \"$2/learner.c\"; fi",
                         "sh",
                         (char *)module,
                         NULL,
                         NULL};
    int status = -1;
    if (asprintf(&to, "%s/module", built) == -1) {
        (void)course_error(course, "no memory");
        return NULL;
    }
    argv[5] = to;
    free(run_output(course->top, argv, &status)); /* it prints nothing */
    if (status == 0)
        return to;
    (void)course_error(course, "%s: cannot be copied to %s", module, to);
    free(to);
    return NULL;
}

/* Copies what is in FROM, from its beginning, to the file NAME, which is not touched when that is
 * nothing. Returns as end_report. */
static int copy_report(const struct course *course, FILE *from, const char *name)
{
    rewind(from);
    int byte = getc(from);
    if (byte == EOF)
        return STATUS_CANNOT_RUN; /* the machine has failed, and why was said */
    FILE *to = fopen(name, "we");
    if (to == NULL)
        return course_error(course, "%s: %s", name, strerror(errno)), STATUS_CANNOT_RUN;
    while (byte != EOF && putc(byte, to) != EOF)
        byte = getc(from);
    return end_report(course, to, name, ferror(to) != 0 || ferror(from) != 0);
}

/* Runs ARGV in the lab machine; what it prints goes to the file NAME, of the folder where we were
 * called: inside_run leaves it. */
static int run_into_file(struct course *course, char *const argv[], const char *name)
{
    FILE *kept = tmpfile();
    int before = dup(STDOUT_FILENO), folder = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    int status = STATUS_CANNOT_RUN;
    if (kept == NULL || before == -1 || folder == -1 ||
        dup2(fileno(kept), STDOUT_FILENO) == -1) {
        (void)course_error(course, "%s: %s", name, strerror(errno));
    } else {
        status = inside_run(course, argv);
        int copied = dup2(before, STDOUT_FILENO) == -1 || fchdir(folder) == -1
                         ? STATUS_CANNOT_RUN
                         : copy_report(course, kept, name);
        status = copied != 0 ? copied : status;
    }
    if (kept != NULL)
        (void)fclose(kept); /* it was only read */
    if (before != -1)
        (void)close(before);
    if (folder != -1)
        (void)close(folder);
    return status;
}

/* Waits until nobody else checks this lesson in the machine: the folder BUILT is one. It is unlocked
 * when we end. */
static bool lock_folder(const struct lesson *lesson, const char *built)
{
    int lock = built != NULL ? open(built, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (lock == -1)
        return false;
    if (flock(lock, LOCK_EX | LOCK_NB) == 0)
        return true;
    fprintf(stderr, "boxwork: %s: waits for another check of it\n", lesson->id);
    return flock(lock, LOCK_EX) == 0;
}

/* In the lab machine: the same command there, with the programs that are built here. A module of
 * somebody else's is copied first, so that its path means nothing to make. */
static int check_in_machine(struct course *course, const struct invocation *typed,
                            const struct check_request *request, enum grade_format format)
{
    const char *file = output_of(typed), *word = option(typed, "format");
    char *built = check_directory(course, request->lesson), *module = NULL;
    bool ready = lock_folder(request->lesson, built);
    if (ready && request->module != NULL) {
        ready = grade_may_build(request->module);
        module = ready ? take_along(course, request->module, built) : NULL;
        ready = module != NULL;
    }
    if (!ready || inside_build_probes(course, request->lesson, module) != 0) {
        free(built);
        free(module);
        return check_on_host(course, typed, request,
                             format); /* what does not build runs not */
    }
    char *program = course_path(course, "build/boxwork");
    char *argv[] = {program,
                    "check",
                    request->lesson->id,
                    "--here",
                    "--built",
                    built,
                    "--format",
                    (char *)(word != NULL ? word : "text"),
                    request->absent_is_reference ? "--absent-is-reference" : NULL,
                    NULL,
                    NULL,
                    NULL,
                    NULL,
                    NULL};
    size_t n = request->absent_is_reference ? 9 : 8;
    if (request->function != NULL) {
        argv[n++] = "--function";
        argv[n++] = (char *)request->function;
    }
    if (module != NULL) {
        argv[n++] = "--module"; /* whose points are not noted there either */
        argv[n] = module;
    }
    int status =
        file != NULL ? run_into_file(course, argv, file) : inside_run(course, argv);
    free(module);
    free(built);
    free(program);
    return status;
}

/* Whether there is something to compile: MODULE is a .c file or a folder that holds one; NULL
 * stands for the lab. */
static bool has_sources(const struct course *course, const struct lesson *lesson,
                        const char *module)
{
    char *path =
        module != NULL ? strdup(module) : course_path(course, "labs/%s", lesson->id);
    char *pattern = NULL;
    struct stat s;
    bool found = path != NULL && stat(path, &s) == 0;
    if (found && S_ISDIR(s.st_mode)) {
        glob_t files;
        found = asprintf(&pattern, "%s/*.c", path) != -1 &&
                glob(pattern, 0, NULL, &files) == 0;
        if (found)
            globfree(&files);
        free(pattern);
    } else if (found) {
        found = fnmatch("*.c", path, 0) == 0;
    }
    free(path);
    return found;
}

/* Whether the lab of LESSON asks for FUNCTION: build/reference/LESSON/functions. */
static bool asks_for(const struct course *course, const struct lesson *lesson,
                     const char *function)
{
    char *name = course_path(course, "build/reference/%s/functions", lesson->id);
    char *list = file_read(name, NULL);
    size_t length = strlen(function);
    bool found = false;
    for (const char *at = list; at != NULL && *at != '\0' && !found;) {
        found = strncmp(at, function, length) == 0 && at[length] == ' ';
        at = strchr(at, '\n');
        at = at != NULL ? at + 1 : NULL;
    }
    free(name);
    free(list);
    return found;
}

int run_check(struct course *course, const struct invocation *typed)
{
    enum grade_format format = GRADE_TEXT;
    const char *word = option(typed, "format"), *module = option(typed, "module");
    const struct lesson *lesson = lesson_named(course, typed->argv[0]);
    if (lesson == NULL)
        return STATUS_USAGE;
    if (word != NULL && grade_format_parse(word, &format) == -1)
        return course_usage(course, "--format %s: it must be text, json, tap or junit",
                            word);
    int status;
    const char *function = option(typed, "function");
    if (function != NULL && !asks_for(course, lesson, function))
        return course_usage(course,
                            "--function %s: %s does not ask for it (`boxwork status` "
                            "shows what it asks for)",
                            function, lesson->id);
    const char *built = option(typed, "built");
    struct stat folder;
    if (built != NULL && (stat(built, &folder) == -1 || !S_ISDIR(folder.st_mode)))
        return course_usage(course, "--built %s: must be a folder with the programs",
                            built);
    char *path = module != NULL ? realpath(module, NULL) : NULL;
    if (module != NULL && path == NULL)
        return course_usage(course, "--module %s: %s", module, strerror(errno));
    if (!has_sources(course, lesson, path)) {
        if (path == NULL)
            return course_error(
                       course, "labs/%s: no .c file there: boxwork reset %s puts it back",
                       lesson->id, lesson->number),
                   STATUS_CANNOT_RUN;
        status = course_usage(
            course, "--module %s: must be a .c file, or a folder that holds one", module);
        free(path);
        return status;
    }
    struct check_request request = {
        .lesson = lesson,
        .module = path,
        .built = built,
        .function = function,
        .absent_is_reference = option(typed, "absent-is-reference") != NULL,
    };
    struct decision decision;
    status = where_asked(course, typed, lesson, ACTION_CHECK, &decision);
    if (status == 0 && decision.place == PLACE_MACHINE && decision.why[0] != '\0')
        fprintf(stderr, "boxwork: %s: in the lab machine (%s)\n", lesson->id,
                decision.why);
    if (status == 0 && decision.place == PLACE_NOWHERE)
        fprintf(stderr, "boxwork: %s: some checks may not run here (%s)\n", lesson->id,
                decision.why);
    if (status == 0)
        status = decision.place == PLACE_MACHINE
                     ? check_in_machine(course, typed, &request, format)
                     : check_on_host(course, typed, &request, format);
    free(path);
    return status;
}
