/* inside.c - a program of ours in the lab machine, and the builds that it asks the host for.
 *
 * There is no compiler in the machine, so a session inside that wants the learner's module
 * anew asks, and the host builds. What is asked for comes from where the learner's code runs
 * as root, so nothing of it is trusted: the word is one of two, and the lesson one of ours.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "inside.h"
#include "where.h"
#include "machine.h"

char *check_directory(const struct course *course, const struct lesson *lesson)
{
    char *parent = course_path(course, "build/check");
    char *path = course_path(course, "build/check/%s", lesson->id);
    bool made = (mkdir(parent, 0755) == 0 || errno == EEXIST) &&
                (mkdir(path, 0755) == 0 || errno == EEXIST);
    free(parent);
    if (made)
        return path;
    (void)course_error(course, "%s: %s", path, strerror(errno));
    free(path);
    return NULL;
}

int inside_build_probes(const struct course *course, const struct lesson *lesson,
                        const char *module)
{
    char lesson_is[80], module_is[4200], out_is[4200];
    char *out = check_directory(course, lesson);
    if (out == NULL)
        return -1;
    (void)snprintf(lesson_is, sizeof lesson_is, "LESSON=%s", lesson->id);
    (void)snprintf(out_is, sizeof out_is, "OUT=%s", out);
    if (module != NULL)
        (void)snprintf(module_is, sizeof module_is, "MODULE=%s", module);
    else
        (void)snprintf(module_is, sizeof module_is, "MODULE=labs/%s", lesson->id);
    free(out);
    const char *const words[] = {"grade-build", lesson_is, module_is, out_is, NULL};
    return course_make_limited(course, words);
}

static const struct lesson *lesson_of_id(const struct course *course, const char *id)
{
    for (size_t i = 0; i < course->count; i++)
        if (strcmp(course->lessons[i].id, id) == 0)
            return &course->lessons[i];
    return NULL;
}

/* Makes build/labs/LESSON.so on the host. */
static int build_module(const struct course *course, const struct lesson *lesson)
{
    char object[80];
    (void)snprintf(object, sizeof object, "build/labs/%s.so", lesson->id);
    const char *const words[] = {object, NULL};
    return course_make(course, words, false) == 0 ? STATUS_OK : STATUS_FAILED;
}

int run_build(struct course *course, const struct invocation *typed)
{
    const struct lesson *lesson = lesson_named(course, typed->argv[0]);
    if (lesson == NULL)
        return STATUS_USAGE;
    if (!machine_inside() && must_go_to_machine(course, lesson))
        return course_error(course,
                            "%s: your own code does not run as root on the host: `open "
                            "%s` goes on in the lab machine",
                            lesson->id, lesson->number);
    if (!machine_inside())
        return build_module(course, lesson);
    char *words[] = {"build", lesson->id, NULL};
    int status = machine_ask(words);
    return status != -1
               ? status
               : course_error(course, "the host does not answer: %s", strerror(errno));
}

/* Answers what a program inside asks (machine_answer). Runs in a child on the host. */
static int answer(void *context, int argc, char **argv)
{
    const struct course *course = context;
    const struct lesson *lesson = argc == 2 ? lesson_of_id(course, argv[1]) : NULL;
    if (lesson == NULL)
        return course_error(course, "the session inside asks for what is not known here");
    if (strcmp(argv[0], "build") == 0)
        return build_module(course, lesson);
    if (strcmp(argv[0], "probes") == 0)
        return inside_build_probes(course, lesson, NULL);
    return course_error(course, "%s: not known here", argv[0]);
}

int inside_run(struct course *course, char *const command[])
{
    static const char *const back[] = {".boxwork", NULL};
    struct machine_result result;
    struct machine_job job = {
        .top = course->top,
        .command = command,
        .out = back,
        .answer = answer,
        .answer_context = course,
    };
    /* The folders that come back are named from the working directory. */
    if (chdir(course->top) == -1)
        return course_error(course, "%s: %s", course->top, strerror(errno));
    (void)fflush(NULL); /* what we said stands before what the command says */
    if (machine_run(&job, &result) == 0)
        return result.status;
    if (result.end == MACHINE_INTERRUPTED) {
        (void)signal(result.signal, SIG_DFL); /* to die of it, as a shell expects */
        (void)raise(result.signal);
    }
    (void)course_error(course, "the lab machine: %s", result.message);
    return STATUS_CANNOT_RUN;
}
