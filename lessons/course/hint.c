/* hint.c - `boxwork hint`: opens the next hint of a function, and remembers that it is open.
 *
 * The hints stand in the page (## Hints). One at a time, so that the first nudge has a chance
 * to be enough.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include "course.h"
#include "map.h"
#include "module.h"
#include "render.h"

/* The function that a learner most likely means: the first of the lab that is not written,
 * else the first that has hints left. NULL when there is none. */
static const struct page_hints *likely(const struct course *course,
                                       const struct lesson *lesson,
                                       const struct page *page,
                                       const struct progress *progress)
{
    struct module module;
    const struct page_hints *found = NULL;
    if (module_read(course, lesson, false, &module) == 0) {
        for (size_t i = 0; i < module.count && found == NULL; i++)
            if (module.functions[i].owner == OWNER_NOT_WRITTEN)
                found = page_hints_of(page, module.functions[i].name);
        module_free(&module);
    }
    for (size_t i = 0; i < page->hint_count && found == NULL; i++)
        if (progress_hints(progress, lesson->id, page->hints[i].function) <
            (int)page->hints[i].count)
            found = &page->hints[i];
    return found != NULL || page->hint_count == 0 ? found
                                                  : &page->hints[page->hint_count - 1];
}

static int no_hints(const struct course *course, const struct page *page,
                    const char *function)
{
    char known[512] = "";
    for (size_t i = 0; i < page->hint_count; i++) {
        size_t length = strlen(known);
        (void)snprintf(known + length, sizeof known - length, "%s%s", i > 0 ? ", " : "",
                       page->hints[i].function);
    }
    return course_error(course, "%s: no hints for it: there are some for %s", function,
                        known);
}

static int show(const struct course *course, const struct page_hints *hints, int from,
                int to)
{
    struct render render = {
        .out = stdout, .columns = course->columns, .colour = course->colour};
    for (int i = from; i < to; i++) {
        printf("%s, hint %d of %zu\n", hints->function, i + 1, hints->count);
        if (render_children(&render, hints->items[i]) == -1)
            return course_error(course, "the hint cannot be shown");
        printf("\n");
    }
    return STATUS_OK;
}

/* Notes that COUNT hints are open. Returns the exit status. */
static int remember(const struct course *course, const struct lesson *lesson,
                    const char *function, int count)
{
    char error[512] = "";
    struct progress *progress =
        progress_open(course->top, PROGRESS_CHANGE, error, sizeof error);
    if (progress != NULL && progress_hints(progress, lesson->id, function) < count) {
        progress_set_hints(progress, lesson->id, function, count);
        (void)progress_save(progress, error, sizeof error); /* ERROR says whether */
    }
    progress_close(progress);
    return error[0] == '\0' ? STATUS_OK : course_error(course, "%s", error);
}

static int next_hint(const struct course *course, const struct lesson *lesson,
                     const struct page *page, const struct progress *progress,
                     const char *function)
{
    if (page->hint_count == 0)
        return course_error(course, "%s: its page has no hints", lesson->id);
    const struct page_hints *hints = function != NULL
                                         ? page_hints_of(page, function)
                                         : likely(course, lesson, page, progress);
    if (hints == NULL)
        return no_hints(course, page, function);
    int open = progress_hints(progress, lesson->id, hints->function),
        all = (int)hints->count;
    if (open >= all) {
        int status = show(course, hints, 0, all);
        printf("These are all hints for %s.\n", hints->function);
        return status;
    }
    int status = show(course, hints, open, open + 1);
    return status != STATUS_OK ? status
                               : remember(course, lesson, hints->function, open + 1);
}

int run_hint(struct course *course, const struct invocation *typed)
{
    const struct lesson *lesson = lesson_named(course, typed->argv[0]);
    if (lesson == NULL)
        return STATUS_USAGE;
    struct page *page = page_load(course->top, lesson->id);
    if (page == NULL)
        return course_error(course, "lessons/%s/README.md: %m", lesson->id);
    struct progress *progress = progress_or_say(course);
    int status = progress == NULL ? STATUS_FAILED
                                  : next_hint(course, lesson, page, progress,
                                              typed->argc > 1 ? typed->argv[1] : NULL);
    progress_close(progress);
    page_free(page);
    return status;
}
