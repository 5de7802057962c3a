/* modules.c - mine, reference, use, check, lessons, open: whose module runs, and the course.
 *
 * Building and grading are done by make and by build/boxwork, each in a process of its own.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "session.h"
#include "switchboard.h"

/* --- whose functions run ---------------------------------------------------------------- */

/* This lesson's functions, and of the earlier ones those that are the learner's. */
static int list_positions(const struct tutor *tutor)
{
    size_t count, others = 0;
    const struct switch_function *functions = switch_functions(&count);
    const char *lesson = "";

    for (size_t i = 0; i < count; i++) {
        const struct switch_function *f = &functions[i];
        bool mine = switch_position(f) == SWITCH_MINE;
        if (!mine && strcmp(f->lesson, tutor->lesson) != 0) {
            others++;
            continue;
        }
        if (strcmp(f->lesson, lesson) != 0)
            printf("%s\n", f->lesson);
        lesson = f->lesson;
        printf("  %-4s %-28s %s%s%s\n", f->step, f->name,
               mine && tutor->colour ? "\033[32m" : "", mine ? "yours" : "reference",
               mine && tutor->colour ? "\033[0m" : "");
    }
    if (others > 0)
        printf("%zu functions of earlier lessons: reference\n", others);
    if (count == 0)
        printf("This program has no functions to switch.\n");
    return EXIT_SUCCESS;
}

/* Builds the learner's module of one lesson. Through the course tool, which knows the way to
 * the host's compiler from inside a lab machine, and when own code must not run here; where
 * there is none, by make. Returns 0, or an exit status of what has said why. */
static int build_lab(struct tutor *tutor, const char *lesson)
{
    const char *boxwork = tutor_path(tutor, "build/boxwork");
    char *target;

    if (boxwork && access(boxwork, X_OK) == 0) {
        char *words[] = {(char *)boxwork, "build", (char *)lesson, NULL};
        return execute_program(boxwork, words);
    }
    if (asprintf(&target, "build/labs/%s.so", lesson) == -1)
        return tutor_error(tutor, "%s", strerror(ENOMEM));
    char *words[] = {"make", "-s", "-C", tutor->top, target, NULL};
    int status = execute_program("make", words);
    free(target);
    return status;
}

/* Builds the learner's modules: of LESSON, or of all lessons when it is NULL. Returns 0, or
 * an exit status; what is wrong was said. */
static int build_labs(struct tutor *tutor, const char *lesson)
{
    size_t count;
    const struct switch_function *functions = switch_functions(&count);
    const char *before = "";

    for (size_t i = 0; i < count; i++) {
        const char *id = functions[i].lesson;
        if (!strcmp(id, before) || (lesson && strcmp(id, lesson) != 0))
            continue;
        before = id;
        char *folder;
        if (asprintf(&folder, "%s/labs/%s", tutor->top, id) == -1)
            return tutor_error(tutor, "%s", strerror(ENOMEM));
        bool there = access(folder, F_OK) == 0;
        free(folder);
        if (there && build_lab(tutor, id) != 0)
            return tutor_error(tutor, "your module was not built: nothing was switched");
    }
    return 0;
}

/* Builds and loads. Returns 0, or an exit status; what is wrong was said. */
static int load_mine(struct tutor *tutor, const char *lesson)
{
    int status = build_labs(tutor, lesson);

    if (status != 0)
        return status;
    if (switch_load_mine(tutor->top) == -1)
        return tutor_error(tutor, "%s", switch_error());
    return 0;
}

int word_mine(struct tutor *tutor, int argc, char **argv)
{
    size_t count, finished = 0, unfinished = 0;
    const struct switch_function *functions = switch_functions(&count);
    bool all = argc > 1 && !strcmp(argv[1], "all");

    if (argc > 1 && !all)
        return tutor_error(tutor,
                           "%s: only `all` can stand here: for one function, `use mine "
                           "FUNCTION`",
                           argv[1]);
    int status = load_mine(tutor, all ? NULL : tutor->lesson);
    if (status != 0)
        return status;
    for (size_t i = 0; i < count; i++) {
        if (!all && strcmp(functions[i].lesson, tutor->lesson) != 0)
            continue;
        if (switch_has_mine(&functions[i]) &&
            switch_to(functions[i].name, SWITCH_MINE) == 0)
            finished++;
        else if (functions[i].points > 0)
            unfinished++;
    }
    status = list_positions(tutor);
    if (finished == 0)
        printf("None of your functions is finished yet: the reference's run.\n");
    else if (unfinished > 0)
        printf("%zu of your functions %s not written yet: the reference's run there.\n",
               unfinished, unfinished == 1 ? "is" : "are");
    return status;
}

int word_reference(struct tutor *tutor, int argc, char **argv)
{
    size_t count;
    const struct switch_function *functions = switch_functions(&count);

    (void)argc;
    (void)argv;
    for (size_t i = 0; i < count; i++)
        if (switch_to(functions[i].name, SWITCH_REFERENCE) == -1)
            return tutor_error(tutor, "%s", switch_error());
    return list_positions(tutor);
}

int word_use(struct tutor *tutor, int argc, char **argv)
{
    size_t count;
    const struct switch_function *functions = switch_functions(&count), *function = NULL;

    if (argc == 1)
        return list_positions(tutor);
    bool mine = !strcmp(argv[1], "mine");
    if (argc < 3 || (!mine && strcmp(argv[1], "reference") != 0))
        return command_usage(tutor, command_find("use"));
    for (size_t i = 0; i < count && !function; i++)
        if (!strcmp(functions[i].name, argv[2]))
            function = &functions[i];
    if (!function)
        return tutor_error(tutor, "%s: there is no such function: `use` lists them",
                           argv[2]);
    int status = mine ? load_mine(tutor, function->lesson) : 0;
    if (status != 0)
        return status;
    if (switch_to(function->name, mine ? SWITCH_MINE : SWITCH_REFERENCE) == -1)
        return tutor_error(tutor, "%s: write it in labs/%s, and take its LAB_TODO away",
                           switch_error(), function->lesson);
    printf("%s: %s\n", function->name, mine ? "yours" : "reference");
    return EXIT_SUCCESS;
}

/* --- the course --------------------------------------------------------------------------- */

static int run_boxwork(struct tutor *tutor, const char *word, int argc, char **argv)
{
    const char *program = tutor_path(tutor, "build/boxwork");
    char **arguments = calloc((size_t)argc + 4, sizeof *arguments);
    int n = 0;

    if (!program || !arguments) {
        free(arguments);
        return tutor_error(tutor, "%s", strerror(ENOMEM));
    }
    if (access(program, X_OK) == -1) {
        free(arguments);
        return tutor_error(tutor, "build/boxwork: %s: `make build` makes it",
                           strerror(errno));
    }
    arguments[n++] = (char *)program;
    arguments[n++] = (char *)word;
    if (!strcmp(word, "check"))
        arguments[n++] = (char *)tutor->lesson;
    for (int i = 1; i < argc; i++)
        arguments[n++] = argv[i];
    int status = execute_program(program, arguments);
    free(arguments);
    return status;
}

int word_check(struct tutor *tutor, int argc, char **argv)
{
    return run_boxwork(tutor, "check", argc, argv);
}

int word_lessons(struct tutor *tutor, int argc, char **argv)
{
    return run_boxwork(tutor, "lessons", argc, argv);
}

const char *const *lesson_ids(struct tutor *tutor)
{
    static const char **ids; /* of the last call */
    static glob_t pages;
    char *pattern;

    if (ids) {
        globfree(&pages);
        free(ids);
        ids = NULL;
    }
    if (asprintf(&pattern, "%s/lessons/*/README.md", tutor->top) == -1)
        return NULL;
    int result = glob(pattern, 0, NULL, &pages);
    free(pattern);
    if (result != 0)
        return NULL;
    ids = calloc(pages.gl_pathc + 1, sizeof *ids);
    for (size_t i = 0; ids && i < pages.gl_pathc; i++) {
        *strrchr(pages.gl_pathv[i], '/') = '\0';
        ids[i] = strrchr(pages.gl_pathv[i], '/') + 1;
    }
    return ids;
}

int word_open(struct tutor *tutor, int argc, char **argv)
{
    const char *const *ids = lesson_ids(tutor);
    const char *found = NULL;
    size_t length = strlen(argv[1]);
    struct supervise_shared *shared = tutor->capture.supervise.shared;
    char path[sizeof shared->next];

    (void)argc;
    for (size_t i = 0; ids && ids[i] && !found; i++)
        if (!strcmp(ids[i], argv[1]) ||
            (!strncmp(ids[i], argv[1], length) && ids[i][length] == '-'))
            found = ids[i];
    if (!found)
        return tutor_error(tutor, "%s: there is no such lesson: `lessons` shows them",
                           argv[1]);
    const char *boxwork = tutor_path(tutor, "build/boxwork");
    if (tutor->captures && boxwork && strlen(boxwork) < sizeof path &&
        access(boxwork, X_OK) == 0) {
        /* it knows what the lesson needs, and goes to the lab machine for it */
        strcpy(shared->next, boxwork);
        snprintf(shared->next_lesson, sizeof shared->next_lesson, "%s", found);
        tutor->leaving = true;
        return EXIT_SUCCESS;
    }
    int written = snprintf(path, sizeof path, "%s/build/%.*s", tutor->top,
                           (int)strcspn(found, "-"), found);
    if (written < 0 || (size_t)written >= sizeof path || access(path, X_OK) == -1)
        return tutor_error(tutor, "build/%.*s: %s: `make build` makes it",
                           (int)strcspn(found, "-"), found, strerror(errno));
    if (tutor->captures) {
        strcpy(shared->next, path); /* the keeper becomes it, when all is cleared up */
        tutor->leaving = true;
        return EXIT_SUCCESS;
    }
    execl(path, path, (char *)NULL);
    return tutor_error(tutor, "%s: %s", path, strerror(errno));
}

int word_quit(struct tutor *tutor, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    tutor->leaving = true;
    return EXIT_SUCCESS;
}
