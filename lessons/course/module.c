/* module.c - asks the build whose the functions of a lab are. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "course.h"
#include "module.h"
#include "run.h"

const char *owner_words(enum owner owner)
{
    static const char *const words[] = {
        [OWNER_YOURS] = "yours",
        [OWNER_NOT_WRITTEN] = "not written",
        [OWNER_DOES_NOT_BUILD] = "does not build",
        [OWNER_REFERENCE] = "reference",
    };
    return words[owner];
}

/* Is NAME one of the words that stand last in a line of TEXT? */
static bool has_line_ending_in(const char *text, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = text; (at = strstr(at, name)) != NULL; at += length)
        if ((at == text || at[-1] == '\n' || at[-1] == ' ') &&
            (at[length] == '\n' || at[length] == '\0'))
            return true;
    return false;
}

/* "FUNCTION STEP POINTS FILE", one a line. */
static int read_functions(const struct course *course, const char *text,
                          struct module *module)
{
    size_t lines = 0;
    for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    module->functions = calloc(lines + 1, sizeof *module->functions);
    if (module->functions == NULL)
        return course_error(course, "no memory"), -1;
    for (const char *at = text; at != NULL && *at != '\0';) {
        struct module_function *f = &module->functions[module->count];
        if (sscanf(at, "%63s %7s %d", f->name, f->step, &f->points) == 3)
            module->count++;
        at = strchr(at, '\n');
        at = at != NULL ? at + 1 : NULL;
    }
    return 0;
}

/* What the learner's module defines and what of it is unfinished, from the files that were
 * just made. */
static int read_owners(const struct course *course, const struct lesson *lesson,
                       struct module *module)
{
    char *object = course_path(course, "build/labs/%s.so", lesson->id);
    char *list = course_path(course, "build/labs/%s.todo", lesson->id);
    char *argv[] = {"nm", "-D", "--defined-only", object, NULL};
    int status = 0;
    char *todo = file_read(list, NULL), *defined = NULL;
    if (todo != NULL)
        defined = run_output(course->top, argv, &status);
    if (todo == NULL || defined == NULL || status != 0)
        (void)course_error(course, "%s: %s", todo == NULL ? list : object,
                           todo == NULL ? strerror(errno) : "nm cannot read it");
    else
        for (size_t i = 0; i < module->count; i++) {
            struct module_function *f = &module->functions[i];
            f->owner = has_line_ending_in(todo, f->name)      ? OWNER_NOT_WRITTEN
                       : has_line_ending_in(defined, f->name) ? OWNER_YOURS
                                                              : OWNER_REFERENCE;
        }
    int result = todo == NULL || defined == NULL || status != 0 ? -1 : 0;
    free(object);
    free(list);
    free(todo);
    free(defined);
    return result;
}

static int is_source(const struct dirent *entry)
{
    return fnmatch("*.c", entry->d_name, 0) == 0;
}

/* Is there anything of the learner's? Without it all functions are the reference's. */
static bool has_files(const struct course *course, const struct lesson *lesson)
{
    struct dirent **found = NULL;
    char *folder = course_path(course, "labs/%s", lesson->id);
    int n = scandir(folder, &found, is_source, NULL);
    free(folder);
    for (int i = 0; i < n; i++)
        free(found[i]);
    free(found);
    return n > 0;
}

static void all_are(struct module *module, enum owner owner)
{
    for (size_t i = 0; i < module->count; i++)
        module->functions[i].owner = owner;
}

/* Brings what is asked for up to date. Returns whether the lab builds; *LISTED says whether
 * there is a list of its functions. Mostly one make does it all. */
static bool build(const struct course *course, const struct lesson *lesson, bool *listed)
{
    char list[80], object[80];
    const char *const both[] = {list, object, NULL}, *const one[] = {list, NULL};
    (void)snprintf(list, sizeof list, "build/reference/%s/functions", lesson->id);
    (void)snprintf(object, sizeof object, "build/labs/%s.so", lesson->id);
    if ((*listed = course_make(course, both, true) == 0))
        return true;
    *listed = course_make(course, one, false) == 0;
    return false;
}

bool module_build_all(const struct course *course)
{
    enum { MOST = 64 };
    char *lists[MOST] = {NULL};
    const char *words[MOST + 3] = {"-k", "mine"};
    for (size_t i = 0; i < course->count && i < MOST; i++) {
        lists[i] =
            course_path(course, "build/reference/%s/functions", course->lessons[i].id);
        words[2 + i] = lists[i] + strlen(course->top) + 1;
    }
    bool built = course->count <= MOST && course_make(course, words, true) == 0;
    for (size_t i = 0; i < MOST; i++)
        free(lists[i]);
    return built;
}

int module_read(const struct course *course, const struct lesson *lesson, bool built,
                struct module *module)
{
    *module = (struct module){.builds = true};
    bool listed = true;
    if (!built)
        module->builds = build(course, lesson, &listed);
    char *list = course_path(course, "build/reference/%s/functions", lesson->id);
    char *text = listed ? file_read(list, NULL) : NULL;
    if (text == NULL) {
        (void)course_error(course, "%s: cannot be made: try `make build`", list);
        free(list);
        return -1;
    }
    free(list);
    int result = read_functions(course, text, module);
    free(text);
    if (result == 0 && module->count > 0 && !has_files(course, lesson)) {
        module->builds = true;
        all_are(module, OWNER_REFERENCE);
    } else if (result == 0 && module->count > 0 && module->builds) {
        result = read_owners(course, lesson, module);
    } else {
        all_are(module, OWNER_DOES_NOT_BUILD);
    }
    if (result == -1)
        module_free(module);
    return result;
}

void module_free(struct module *module)
{
    free(module->functions);
    *module = (struct module){.functions = NULL};
}
