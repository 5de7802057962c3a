/* status.c - `boxwork status`: function by function, whose it is and where it runs.
 *
 * Your lab has its own state (yours, not written yet, does not build); what the products
 * (build/mini-container, build/mini-hypervisor) were linked with is another matter, and the
 * build left a table of it.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "course.h"
#include "map.h"
#include "module.h"
#include "run.h"

/* The table that was linked into the product of this lesson's track; NULL when there is none. */
static char *product_table(const struct course *course, const struct lesson *lesson)
{
    if (lesson->id[0] == 'x')
        return NULL;
    char *path = course_path(course, "build/%s-whose.c",
                             lesson->id[0] == 'c' ? "container" : "hypervisor");
    char *text = file_read(path, NULL);
    free(path);
    return text;
}

static const char *in_product(const char *table, const char *function)
{
    char line[96];
    (void)snprintf(line, sizeof line, "\"%s: yours\"", function);
    return table == NULL ? "-" : strstr(table, line) != NULL ? "yours" : "reference";
}

static void print_points(const struct progress *progress, const struct lesson *lesson)
{
    struct progress_points points = progress_points(progress, lesson->id);
    if (points.points < 0)
        printf("not checked yet\n");
    else if (points.best > points.points)
        printf("%d of %d points, once %d\n", points.points, points.max, points.best);
    else
        printf("%d of %d points\n", points.points, points.max);
}

static void print_function(const struct course *course, const struct module_function *f,
                           const char *table)
{
    static const char *const colours[] = {[OWNER_YOURS] = "\033[32m",
                                          [OWNER_NOT_WRITTEN] = "",
                                          [OWNER_REFERENCE] = "",
                                          [OWNER_DOES_NOT_BUILD] = "\033[31m"};
    const char *colour = course->colour ? colours[f->owner] : "";
    printf("  %-5s %4d  %-32s %s%-15s%s %s\n", f->step, f->points, f->name, colour,
           owner_words(f->owner), colour[0] != '\0' ? "\033[0m" : "",
           in_product(table, f->name));
}

static int status_of(const struct course *course, const struct progress *progress,
                     const struct lesson *lesson, bool built)
{
    struct module module;
    if (module_read(course, lesson, built, &module) == -1)
        return STATUS_FAILED;
    struct page *page = page_load(course->top, lesson->id);
    char *table = product_table(course, lesson);
    printf("%s: %s: ", lesson->id, lesson_title(page));
    print_points(progress, lesson);
    if (module.count == 0)
        printf("  no lab\n");
    else
        printf("  step   pts  %-32s %-15s %s\n", "function", "in your lab",
               "in the product");
    for (size_t i = 0; i < module.count; i++)
        print_function(course, &module.functions[i], table);
    if (module.count > 0 && !module.builds)
        printf("  build/boxwork check %s shows what the compiler says\n", lesson->number);
    free(table);
    page_free(page);
    module_free(&module);
    return STATUS_OK;
}

int run_status(struct course *course, const struct invocation *typed)
{
    const struct lesson *only =
        typed->argc > 0 ? lesson_named(course, typed->argv[0]) : NULL;
    if (typed->argc > 0 && only == NULL)
        return STATUS_USAGE;
    struct progress *progress = progress_or_say(course);
    int status = progress != NULL ? STATUS_OK : STATUS_FAILED;
    bool first = true,
         built = only == NULL && status == STATUS_OK && module_build_all(course);
    for (size_t i = 0; i < course->count && status == STATUS_OK; i++) {
        if (only != NULL && only != &course->lessons[i])
            continue;
        if (!first)
            printf("\n");
        first = false;
        status = status_of(course, progress, &course->lessons[i], built);
    }
    progress_close(progress);
    if (status == STATUS_OK)
        printf(
            "\nThe products take your finished functions with: make build FROM=labs\n");
    return status;
}
