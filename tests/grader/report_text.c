/* report_text.c - a grade for people: by function, with what to look at where points are lost. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "grade_inside.h"

enum { INDENT = 4, LEAST_COLUMNS = 40, COMPILER_LINES = 25 };

struct page { /* where it goes and how it looks */
    FILE *file;
    size_t columns;
    bool colour;
};

enum ink { PLAIN, BOLD, RED, GREEN, YELLOW, DIM };

static const char *const inks[] = {
    [PLAIN] = "\x1b[0m",  [BOLD] = "\x1b[1m",    [RED] = "\x1b[31m",
    [GREEN] = "\x1b[32m", [YELLOW] = "\x1b[33m", [DIM] = "\x1b[2m",
};

static const struct {
    const char *word;
    enum ink ink;
} looks[] = {
    [GRADE_PASSED] = {"passed", GREEN},
    [GRADE_FAILED] = {"FAILED", RED},
    [GRADE_TIMED_OUT] = {"TIMED OUT", RED},
    [GRADE_CRASHED] = {"CRASHED", RED},
    [GRADE_DID_NOT_BUILD] = {"did not build", RED},
    [GRADE_NOT_WRITTEN] = {"not written yet", YELLOW},
    [GRADE_COULD_NOT_RUN] = {"could not run", YELLOW},
};

struct grade_style grade_style_for(FILE *file)
{
    struct grade_style style = {.columns = 80};
    struct winsize size;
    if (!isatty(fileno(file)))
        return style;
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    style.colour = !(no_color && no_color[0]) && term && strcmp(term, "dumb") != 0;
    if (ioctl(fileno(file), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        style.columns = size.ws_col;
    return style;
}

/* Returns to the usual ink by itself. TEXT may be cut with LENGTH (-1: all of it). */
static void put(const struct page *page, enum ink ink, const char *text, int length)
{
    if (page->colour && ink != PLAIN)
        (void)fputs(inks[ink], page->file);
    (void)fprintf(page->file, "%.*s", length,
                  text); /* grade_write looks at the file's state */
    if (page->colour && ink != PLAIN)
        (void)fputs(inks[PLAIN], page->file);
}

static void spaces(const struct page *page, size_t count)
{
    (void)fprintf(page->file, "%*s", (int)count, "");
}

/* How many bytes of TEXT go on a line of COLUMNS: up to a blank, or as many as fit. */
static size_t line_of(const char *text, size_t columns)
{
    size_t end = strcspn(text, "\n"), used = 0, at = 0, blank = 0;
    while (at < end && used < columns) {
        if (text[at] == ' ')
            blank = at;
        size_t size = text_character(text + at, end - at);
        at += size ? size : 1;
        used++;
    }
    if (at == end || text[at] == ' ')
        return at;
    return blank > 0 ? blank : at;
}

/* Wraps TEXT between INDENT columns and the right edge. */
static void paragraph(const struct page *page, enum ink ink, size_t indent,
                      const char *text)
{
    while (*text) {
        size_t length = line_of(text, page->columns - indent);
        spaces(page, indent);
        put(page, ink, text, (int)length);
        (void)fputc('\n', page->file);
        text += length;
        while (*text == ' ')
            text++;
        if (*text == '\n')
            text++;
    }
}

/* LEFT at the left and RIGHT at the right edge. */
static void edges(const struct page *page, enum ink ink, const char *left,
                  const char *right)
{
    size_t used = text_columns(left, strlen(left)) + text_columns(right, strlen(right));
    put(page, ink, left, -1);
    spaces(page, used + 1 < page->columns ? page->columns - used : 1);
    (void)fprintf(page->file, "%s\n", right);
}

static void one_check(const struct page *page, const struct grade *grade,
                      const struct grade_check *check)
{
    char points[32];
    (void)snprintf(points, sizeof points, "%d of %d", check->points, check->max);
    const char *word = looks[check->status].word;
    spaces(page, 2);
    put(page, looks[check->status].ink, word, -1);
    /* The title wraps under itself, and leaves the right edge to the points. */
    size_t begin = 2 + strlen(word) + 2,
           room = page->columns - begin - strlen(points) - 2;
    if (begin + strlen(points) + 12 > page->columns)
        room = 10;
    const char *title = check->title;
    size_t length = line_of(title, room);
    spaces(page, 2);
    put(page, PLAIN, title, (int)length);
    size_t used = begin + text_columns(title, length) + strlen(points);
    spaces(page, used + 1 < page->columns ? page->columns - used : 1);
    (void)fprintf(page->file, "%s\n", points);
    title += length;
    while (*title == ' ')
        title++;
    paragraph(page, PLAIN, begin, title);

    if (check->status == GRADE_PASSED)
        return;
    paragraph(page, PLAIN, INDENT + 2, check->message);
    if (check->page[0]) {
        char *where =
            text_format("see \"%s\" in lessons/%s/README.md", check->page, grade->lesson);
        paragraph(page, DIM, INDENT + 2, where);
        free(where);
    }
}

static bool same_status(const struct grade *grade, const char *function,
                        enum grade_status status)
{
    for (size_t i = 0; i < grade->count; i++)
        if (strcmp(grade->checks[i].function, function) == 0 &&
            grade->checks[i].status != status)
            return false;
    return true;
}

static void one_function(const struct page *page, const struct grade *grade, size_t first)
{
    const char *function = grade->checks[first].function;
    int points = 0, max = 0;
    for (size_t i = first; i < grade->count; i++)
        if (strcmp(grade->checks[i].function, function) == 0) {
            points += grade->checks[i].points;
            max += grade->checks[i].max;
        }
    char sum[32];
    (void)snprintf(sum, sizeof sum, "%d of %d", points, max);
    (void)fputc('\n', page->file);
    edges(page, BOLD, function, sum);
    if (same_status(grade, function, GRADE_NOT_WRITTEN)) {
        paragraph(page, YELLOW, 2, grade->checks[first].message);
        return;
    }
    for (size_t i = first; i < grade->count; i++)
        if (strcmp(grade->checks[i].function, function) == 0)
            one_check(page, grade, &grade->checks[i]);
}

/* Each function once, where its first check stands. */
static bool is_first_of_function(const struct grade *grade, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(grade->checks[i].function, grade->checks[index].function) == 0)
            return false;
    return true;
}

static void compiler_lines(const struct page *page, const char *text)
{
    int lines = 0;
    while (*text && lines++ < COMPILER_LINES) {
        int length = (int)strcspn(text, "\n");
        (void)fprintf(page->file, "%.*s\n", length,
                      text); /* not wrapped: it draws with carets */
        text += length + (text[length] == '\n');
    }
    if (*text)
        (void)fputs("… and more\n", page->file);
}

void grade_write_text(const struct grade *grade, const struct grade_style *style,
                      FILE *file)
{
    struct page page = {.file = file, .columns = 80};
    if (style) {
        page.colour = style->colour;
        page.columns = style->columns > 0 ? (size_t)style->columns : 80;
    }
    if (page.columns < LEAST_COLUMNS)
        page.columns = LEAST_COLUMNS;

    compiler_lines(&page, grade->compiler);
    if (grade->count > 0 && grade->checks[0].status == GRADE_DID_NOT_BUILD) {
        (void)fputc('\n', file);
        paragraph(&page, RED, 0,
                  "The module did not build, so nothing of it could be checked.");
    } else {
        put(&page, BOLD, grade->lesson, -1);
        (void)fputc('\n', file);
        for (size_t i = 0; i < grade->count; i++)
            if (is_first_of_function(grade, i))
                one_function(&page, grade, i);
    }
    size_t could_not = 0;
    for (size_t i = 0; i < grade->count; i++)
        could_not += grade->checks[i].status == GRADE_COULD_NOT_RUN;
    char *sum = text_format("%d of %d points%s", grade->points, grade->max,
                            could_not ? " (some checks could not run on this host)" : "");
    (void)fputc('\n', file);
    paragraph(&page, grade->points == grade->max ? GREEN : BOLD, 0, sum);
    free(sum);
}
