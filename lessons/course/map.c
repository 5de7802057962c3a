/* map.c - the map of the course: two tracks side by side, with points and steps.
 *
 * A track is a letter in the names of the lessons: c containers, h virtual machines, x where
 * they meet. What stands in a cell comes from the page (title, number of steps) and from the
 * progress file (points, steps done).
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "course.h"
#include "map.h"
#include "page.h"
#include "progress.h"
#include "render.h"

/* A cell: "> c02 a root of its own         100 12/12". */
enum {
    CELL = 39,
    GAP = 2,
    MARKS = 2,  /* "> " */
    NUMBER = 4, /* "c02 " */
    POINTS = 4, /* " 100" */
    STEPS = 6,  /* " 12/12" */
    TITLE = CELL - MARKS - NUMBER - POINTS - STEPS,
    WIDE = 2 * CELL + GAP,
};

const char *lesson_title(const struct page *page)
{
    const char *colon = page != NULL ? strstr(page->title, ": ") : NULL;
    return page == NULL ? "(no page yet)" : colon != NULL ? colon + 2 : page->title;
}

/* TEXT in exactly WIDTH columns, cut with an ellipsis where it is longer. */
static void print_fitted(const char *text, int width)
{
    int columns = render_width(text);
    if (columns <= width) {
        printf("%s%*s", text, width - columns, "");
        return;
    }
    char cut[4 * TITLE + 1];
    size_t length = 0;
    (void)snprintf(cut, sizeof cut, "%s", text);
    for (size_t i = 0; cut[i] != '\0'; i++) {
        if (((unsigned char)cut[i] & 0xc0) == 0x80)
            continue; /* inside of a UTF-8 character */
        char saved = cut[i];
        cut[i] = '\0';
        if (render_width(cut) <= width - 1)
            length = i;
        cut[i] = saved;
    }
    cut[length] = '\0';
    printf("%s…%*s", cut, width - 1 - render_width(cut), "");
}

bool lesson_finished(const struct progress *progress, const struct lesson *lesson)
{
    struct progress_points points = progress_points(progress, lesson->id);
    return points.max > 0 && points.best >= points.max;
}

const struct lesson *lesson_next(const struct course *course,
                                 const struct progress *progress)
{
    for (size_t i = 0; i < course->count; i++)
        if (!lesson_finished(progress, &course->lessons[i]))
            return &course->lessons[i];
    return NULL;
}

const struct lesson *lesson_after(const struct course *course,
                                  const struct progress *progress,
                                  const struct lesson *lesson)
{
    for (const struct lesson *next = lesson + 1; next < course->lessons + course->count;
         next++)
        if (next->id[0] == lesson->id[0] && !lesson_finished(progress, next))
            return next;
    return lesson_next(course, progress);
}

static void print_cell(const struct course *course, const struct progress *progress,
                       const struct lesson *lesson, bool next)
{
    struct page *page = page_load(course->top, lesson->id);
    struct progress_points points = progress_points(progress, lesson->id);
    bool finished = lesson_finished(progress, lesson);
    const char *colour = !course->colour ? ""
                         : finished      ? "\033[32m"
                         : next          ? "\033[1m"
                                         : "";
    char steps[32] = "", number[16] = "-";
    if (page != NULL && page->command_count > 0)
        (void)snprintf(steps, sizeof steps, "%d/%zu",
                       progress_steps(progress, lesson->id), page->command_count);
    if (points.points >= 0) /* the best: what was reached once is reached */
        (void)snprintf(number, sizeof number, "%d", points.best);
    printf("%s%s %s ", colour, finished ? "✓" : next ? ">" : " ", lesson->number);
    print_fitted(lesson_title(page), TITLE);
    printf("%*s%*s%s", POINTS, number, STEPS, steps, colour[0] != '\0' ? "\033[0m" : "");
    page_free(page);
}

static void print_heading(const struct course *course, const char *name)
{
    const char *bold = course->colour ? "\033[1m" : "";
    printf("%s  %-*s%*s%*s%s", bold, NUMBER + TITLE, name, POINTS, "pts", STEPS, "steps",
           course->colour ? "\033[0m" : "");
}

/* The lessons of a track, which stand together because lessons are sorted. */
static size_t track_of(const struct course *course, char letter,
                       const struct lesson **first)
{
    size_t n = 0;
    for (size_t i = 0; i < course->count; i++)
        if (course->lessons[i].id[0] == letter && n++ == 0)
            *first = &course->lessons[i];
    return n;
}

static void print_track(const struct course *course, const struct progress *progress,
                        char letter, const char *name, const struct lesson *next)
{
    const struct lesson *first = NULL;
    size_t n = track_of(course, letter, &first);
    if (n == 0)
        return;
    print_heading(course, name);
    printf("\n");
    for (size_t i = 0; i < n; i++) {
        print_cell(course, progress, &first[i], &first[i] == next);
        printf("\n");
    }
}

static void print_both(const struct course *course, const struct progress *progress,
                       const struct lesson *next)
{
    const struct lesson *left = NULL, *right = NULL;
    size_t lefts = track_of(course, 'c', &left), rights = track_of(course, 'h', &right);
    print_heading(course, "containers");
    printf("%*s", GAP, "");
    print_heading(course, "virtual machines");
    printf("\n");
    for (size_t i = 0; i < lefts || i < rights; i++) {
        if (i < lefts)
            print_cell(course, progress, &left[i], &left[i] == next);
        if (i < rights) {
            printf("%*s", i < lefts ? GAP : CELL + GAP, "");
            print_cell(course, progress, &right[i], &right[i] == next);
        }
        printf("\n");
    }
}

void map_print(const struct course *course, const struct progress *progress)
{
    const struct lesson *next = lesson_next(course, progress), *none;
    bool both = track_of(course, 'c', &none) > 0 && track_of(course, 'h', &none) > 0;
    if (both && course->columns >= WIDE) {
        print_both(course, progress, next);
    } else {
        print_track(course, progress, 'c', "containers", next);
        print_track(course, progress, 'h', "virtual machines", next);
    }
    print_track(course, progress, 'x', "both", next);
}

struct progress *progress_or_say(const struct course *course)
{
    char error[512];
    struct progress *progress =
        progress_open(course->top, PROGRESS_READ, error, sizeof error);
    if (progress == NULL)
        (void)course_error(course, "%s", error);
    return progress;
}

/* What to type next, or that all is done. */
static void print_next(const struct course *course, const struct progress *progress)
{
    const struct lesson *next = lesson_next(course, progress);
    if (next == NULL) {
        printf("\nEvery lesson is finished.\n");
        return;
    }
    printf("\nnext: build/boxwork open %s\n", next->number);
    printf("      build/boxwork check %s    grades what you write in labs/%s\n",
           next->number, next->id);
}

int run_lessons(struct course *course, const struct invocation *typed)
{
    (void)typed;
    struct progress *progress = progress_or_say(course);
    if (progress == NULL)
        return STATUS_FAILED;
    map_print(course, progress);
    progress_close(progress);
    return STATUS_OK;
}

int run_default(struct course *course, const struct invocation *typed)
{
    (void)typed;
    struct progress *progress = progress_or_say(course);
    if (progress == NULL)
        return STATUS_FAILED;
    map_print(course, progress);
    print_next(course, progress);
    progress_close(progress);
    return STATUS_OK;
}
