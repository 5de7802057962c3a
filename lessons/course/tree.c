/* tree.c - where the tree is, which lessons it has, and `make` in it.
 *
 * The program finds its tree from its own path, so it works from every directory and in every
 * copy. Lessons are folders, found by their names; no list of them exists.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "course.h"
#include "grade.h"
#include "run.h"

extern char **environ;

static _Noreturn void no_memory(void)
{
    fprintf(stderr, "boxwork: no memory\n");
    exit(STATUS_FAILED);
}

char *course_path(const struct course *course, const char *format, ...)
{
    char *name, *path;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&name, format, arguments);
    va_end(arguments);
    if (length == -1 || asprintf(&path, "%s/%s", course->top, name) == -1)
        no_memory();
    free(name);
    return path;
}

/* Cuts the last part of a path off. Returns false when there is none. */
static bool cut_last(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash == NULL || slash == path)
        return false;
    *slash = '\0';
    return true;
}

static int find_top(struct course *course)
{
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length == -1) {
        fprintf(stderr, "boxwork: /proc/self/exe: %s: /proc must be mounted\n",
                strerror(errno));
        return -1;
    }
    path[length] = '\0';
    if (!cut_last(path) || !cut_last(path)) {
        fprintf(stderr, "boxwork: %s: it must stand in the folder build of its tree\n",
                path);
        return -1;
    }
    course->top = strdup(path);
    if (course->top == NULL)
        no_memory();
    return 0;
}

/* The form of a lesson's folder: c02-chroot. */
static int is_lesson(const struct dirent *entry)
{
    return fnmatch("[chx][0-9][0-9]-?*", entry->d_name, 0) == 0;
}

static void add_lesson(struct course *course, const char *id)
{
    struct lesson *lesson = &course->lessons[course->count++];
    lesson->id = strdup(id);
    if (lesson->id == NULL)
        no_memory();
    memcpy(lesson->number, lesson->id, 3);
    lesson->number[3] = '\0';
    lesson->word = lesson->id + 4; /* behind the "-" */
}

/* Sorted by name, so the lessons come in their order: c, h, x. */
static int find_lessons(struct course *course)
{
    struct dirent **found = NULL;
    char *folder = course_path(course, "lessons");
    int n = scandir(folder, &found, is_lesson, alphasort);
    free(folder);
    if (n <= 0) {
        free(found);
        fprintf(stderr,
                "boxwork: %s/lessons: no lessons there: it must be a tree of boxwork\n",
                course->top);
        return -1;
    }
    course->lessons = calloc((size_t)n, sizeof *course->lessons);
    if (course->lessons == NULL)
        no_memory();
    for (int i = 0; i < n; i++) {
        add_lesson(course, found[i]->d_name);
        free(found[i]);
    }
    free(found);
    return 0;
}

int course_open(struct course *course)
{
    *course = (struct course){.command = NULL};
    struct grade_style style = grade_style_for(stdout);
    course->colour = style.colour;
    course->columns = style.columns > 0 ? style.columns : 80;
    if (find_top(course) == -1)
        return -1;
    course->host.top = course->top;
    return find_lessons(course);
}

void course_close(struct course *course)
{
    for (size_t i = 0; i < course->count; i++)
        free(course->lessons[i].id);
    free(course->lessons);
    free(course->top);
}

/* --- names of lessons -------------------------------------------------------------------- */

size_t word_distance(const char *word, const char *other)
{
    /* Levenshtein's distance, one row at a time; longer words are no typing mistakes. */
    enum { MOST = 40 };
    size_t n = strlen(word), m = strlen(other), row[MOST + 1];
    if (n > MOST || m > MOST)
        return SIZE_MAX;
    for (size_t j = 0; j <= m; j++)
        row[j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t change = diagonal + (word[i - 1] != other[j - 1]);
            size_t shift = 1 + (row[j] < row[j - 1] ? row[j] : row[j - 1]);
            diagonal = row[j];
            row[j] = change < shift ? change : shift;
        }
    }
    return row[m];
}

static size_t distance_of(const struct lesson *lesson, const char *name)
{
    size_t best = word_distance(name, lesson->id);
    size_t word = word_distance(name, lesson->word);
    size_t number = word_distance(name, lesson->number);
    best = word < best ? word : best;
    return number < best ? number : best;
}

/* The lesson whose names are closest, when it is close enough to be meant. */
static const struct lesson *closest(const struct course *course, const char *name)
{
    const struct lesson *found = NULL;
    size_t best = strlen(name) < 6 ? 2 : 3;
    for (size_t i = 0; i < course->count; i++) {
        size_t distance = distance_of(&course->lessons[i], name);
        if (distance <= best && (found == NULL || distance < best)) {
            best = distance;
            found = &course->lessons[i];
        }
    }
    return found;
}

const struct lesson *lesson_named(const struct course *course, const char *name)
{
    const struct lesson *part = NULL, *second = NULL;
    for (size_t i = 0; i < course->count; i++) {
        const struct lesson *lesson = &course->lessons[i];
        if (strcasecmp(name, lesson->id) == 0 || strcasecmp(name, lesson->number) == 0 ||
            strcasecmp(name, lesson->word) == 0)
            return lesson;
        if (name[0] != '\0' && strcasestr(lesson->word, name) != NULL) {
            second = part;
            part = lesson;
        }
    }
    if (part != NULL && second == NULL)
        return part;
    if (part == NULL && fnmatch("[chx][0-9][0-9]*", name, 0) == 0) {
        (void)course_usage(course, "%s: not here yet: `boxwork lessons` shows what is",
                           name);
        return NULL;
    }
    const struct lesson *meant = closest(course, name);
    if (part != NULL)
        (void)course_usage(course, "%s: %s or %s", name, second->id, part->id);
    else if (meant != NULL)
        (void)course_usage(course, "%s: no such lesson: %s, perhaps", name, meant->id);
    else
        (void)course_usage(course, "%s: no such lesson: `boxwork lessons` shows them",
                           name);
    return NULL;
}

/* --- make ---------------------------------------------------------------------------------- */

/* What make needs itself, then WORDS. */
enum { WORDS_MOST = 80 };
static void make_arguments(const struct course *course, const char *const words[],
                           char **argv)
{
    size_t n = 0;
    argv[n++] = "make";
    argv[n++] = "-s";
    argv[n++] =
        isatty(2) ? "V=" : "V=1"; /* lines that only show that something goes on */
    argv[n++] = "-C";
    argv[n++] = course->top;
    for (size_t i = 0; words[i] != NULL && n < WORDS_MOST - 1; i++)
        argv[n++] = (char *)words[i];
    argv[n] = NULL;
}

static int spawn_make(char **argv, bool quiet, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0)
        return error;
    if (quiet) {
        error = posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    }
    if (error == 0)
        error = posix_spawn_file_actions_adddup2(&actions, 2, 1);
    if (error == 0)
        error = posix_spawnp(pid, "make", &actions, NULL, argv, environ);
    (void)posix_spawn_file_actions_destroy(&actions); /* frees memory, cannot fail */
    return error;
}

/* Strangers' code is compiled within limits: three minutes, and what a compiler needs. */
int course_make_limited(const struct course *course, const char *const words[])
{
    char *argv[WORDS_MOST];
    static char script[] = "ulimit -t 180 && ulimit -v 4194304 && "
                           "exec timeout --foreground -k 5 180 \"$@\" 2> /dev/null";
    char *limits[WORDS_MOST + 6] = {"sh", "-c", script, "sh"};
    int status = -1;
    make_arguments(course, words, argv);
    for (size_t i = 0; i < WORDS_MOST && (i == 0 || argv[i - 1] != NULL); i++)
        limits[4 + i] = argv[i];
    free(run_output(course->top, limits, &status)); /* nobody reads it */
    return status;
}

int course_make(const struct course *course, const char *const words[], bool quiet)
{
    /* The make that started us (`make learn`) must not hand its flags to this one. */
    (void)unsetenv("MAKEFLAGS");
    (void)unsetenv("MAKELEVEL");
    char *argv[WORDS_MOST];
    make_arguments(course, words, argv);
    pid_t pid;
    (void)fflush(NULL); /* ours first, then what make says */
    int status, error = spawn_make(argv, quiet, &pid);
    if (error != 0) {
        (void)course_error(course, "make: %s: it builds the lessons", strerror(error));
        return -1;
    }
    while (waitpid(pid, &status, 0) == -1) {
        if (errno != EINTR) {
            (void)course_error(course, "waitpid: %s", strerror(errno));
            return -1;
        }
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
