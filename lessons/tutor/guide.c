/* guide.c - the page as a guide: which section is open, what is ticked off.
 *
 * A step is one command of a console block. It is done when the learner's own session has
 * typed it and has seen what the page shows. The same line may stand on the page more than
 * once; the open section's is meant first, then one that is not done yet.
 *
 * Read on: page.h, match.h, progress.h; guide_words.c for next, back, where and do.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "guide.h"
#include "match.h"
#include "session.h"

/* --- the progress file ------------------------------------------------------------------ */

static void complain_once(struct tutor *tutor, const char *error)
{
    if (tutor->keeps_notes)
        fprintf(stderr, "progress: %s\n", error);
    tutor->keeps_notes = false;
}

struct progress *guide_progress(struct tutor *tutor)
{
    char error[600];
    struct progress *progress =
        progress_open(tutor->top, PROGRESS_READ, error, sizeof error);

    if (!progress)
        complain_once(tutor, error);
    return progress;
}

void guide_change(struct tutor *tutor, void (*change)(struct progress *, void *),
                  void *context)
{
    char error[600];

    if (!tutor->keeps_notes)
        return;
    struct progress *progress =
        progress_open(tutor->top, PROGRESS_CHANGE, error, sizeof error);
    if (!progress) {
        complain_once(tutor, error);
        return;
    }
    change(progress, context);
    if (progress_save(progress, error, sizeof error) == -1)
        complain_once(tutor, error);
    progress_close(progress);
}

/* --- steps -------------------------------------------------------------------------------- */

static void load_steps(struct tutor *tutor, const struct progress *progress)
{
    const struct page *page = tutor->page;

    tutor->steps = calloc(page->command_count + 1, sizeof *tutor->steps);
    if (!tutor->steps)
        return;
    for (size_t i = 0; i < page->section_count; i++)
        for (size_t j = 0; j < page->sections[i].command_count; j++) {
            struct step *step = &tutor->steps[tutor->step_count++];
            step->command = &page->sections[i].commands[j];
            step->section = i;
            step->ticked =
                progress && progress_step(progress, tutor->lesson, step->command->key);
        }
}

void guide_start(struct tutor *tutor)
{
    tutor->page = page_load(tutor->top, tutor->lesson);
    if (!tutor->page) {
        fprintf(stderr, "lessons/%s/README.md: %s\n", tutor->lesson,
                errno == EILSEQ ? "it has no title" : strerror(errno));
        return;
    }
    struct progress *progress = guide_progress(tutor);
    load_steps(tutor, progress);
    if (progress) {
        tutor->section = (size_t)progress_section(progress, tutor->lesson);
        progress_close(progress);
    }
    if (tutor->section >= tutor->page->section_count)
        tutor->section = 0; /* the page had more sections once */
    guide_first_step(tutor);
}

void guide_end(struct tutor *tutor)
{
    for (size_t i = 0; i < tutor->step_count; i++)
        free(tutor->steps[i].shown);
    free(tutor->steps);
    tutor->steps = NULL;
    tutor->step_count = 0;
    page_free(tutor->page);
    tutor->page = NULL;
}

void guide_count(const struct tutor *tutor, size_t section, int *done, int *all)
{
    *done = *all = 0;
    for (size_t i = 0; i < tutor->step_count; i++)
        if (tutor->steps[i].section == section) {
            *done += tutor->steps[i].ticked;
            ++*all;
        }
}

/* `do` starts with the first step of the section that is not done, or was done in another session,
 * whose machines and boxes are gone; or with its first one. */
void guide_first_step(struct tutor *tutor)
{
    size_t first = tutor->step_count;

    for (size_t i = 0; i < tutor->step_count; i++) {
        if (tutor->steps[i].section != tutor->section)
            continue;
        if (first == tutor->step_count)
            first = i;
        if (!tutor->steps[i].ticked || !tutor->steps[i].here) {
            first = i;
            break;
        }
    }
    tutor->do_next = first;
}

/* How well a step fits to what was typed: what it gives counts most, then the open section, then
 * what is still to be done. 0: not at all. */
static int fitness(const struct tutor *tutor, const struct step *step, const char *line,
                   bool matched)
{
    if (!match_command(step->command->typed, line))
        return 0;
    return 1 + 4 * (step->section == tutor->section) + 2 * !step->ticked +
           (matched ? step->ticked ? 3 : 8 : 0);
}

static struct step *find_step(struct tutor *tutor, const char *line, const char *shown)
{
    struct step *best = NULL;
    int best_fitness = 0;

    for (size_t i = 0; i < tutor->step_count; i++) {
        struct step *step = &tutor->steps[i];
        if (!match_command(step->command->typed, line))
            continue;
        bool matched = guide_matches(tutor, step->command->expected, shown);
        int here = fitness(tutor, step, line, matched);
        if (here > best_fitness) {
            best = step;
            best_fitness = here;
        }
    }
    return best;
}

static void tick(struct progress *progress, void *context)
{
    const struct guide_tick *tick = context;

    progress_tick(progress, tick->tutor->lesson, tick->key);
    progress_set_total(progress, tick->tutor->lesson, (int)tick->tutor->step_count);
}

bool guide_matches(const struct tutor *tutor, const char *expected, const char *shown)
{
    if (match_text(expected, shown, NULL))
        return true;
    /* on a terminal, programs such as ls put names into columns */
    return tutor->capture.terminal && match_words(expected, shown);
}

static void say_done(struct tutor *tutor, const struct step *step, bool before)
{
    int done, all;

    if (!tutor->terminal)
        return; /* a transcript holds what was typed and what came back */
    guide_count(tutor, step->section, &done, &all);
    const char *title = tutor->page->sections[step->section].title;
    if (step->section != tutor->section)
        guide_quiet(tutor, "✓ %d of %d done in “%s”", done, all, title);
    else if (done == all && !before)
        guide_quiet(tutor, "✓ %d of %d done: that was this section; `next` goes on", done,
                    all);
    else
        guide_quiet(tutor, "✓ %d of %d done", done, all);
}

void guide_note(struct tutor *tutor, const char *line, const char *shown)
{
    line += strspn(line, " \t");
    if (!tutor->page || !*line)
        return;
    char *typed = NULL;
    if ((*line == '!' || (*line == '$' && !strchr(" \t", line[1]))) &&
        asprintf(&typed, "$ %s", line + 1) == -1)
        return;
    struct step *step = find_step(tutor, typed ? typed : line, shown);
    free(typed);
    if (!step)
        return;
    step->here = true;
    if (step->section == tutor->section)
        tutor->do_next = (size_t)(step - tutor->steps) + 1;
    free(step->shown);
    step->shown = NULL;
    if (capture_was_cut(&tutor->capture) ||
        !guide_matches(tutor, step->command->expected, shown)) {
        step->shown = strdup(shown); /* without memory, `where` just shows less */
        /* Who tries something out is not told what another section shows. */
        if (tutor->terminal && step->section == tutor->section)
            guide_quiet(tutor, "· the page shows something else here: `where` says what");
        return;
    }
    bool before = step->ticked;
    step->ticked = true;
    guide_change(tutor, tick, &(struct guide_tick){tutor, step->command->key});
    say_done(tutor, step, before);
}

/* --- showing -------------------------------------------------------------------------------- */

void guide_quiet(struct tutor *tutor, const char *format, ...)
{
    va_list arguments;
    char text[512];

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments); /* ours are short */
    va_end(arguments);
    fputs(tutor->colour ? "\033[2m" : "", stdout);
    render_wrapped(stdout, tutor_columns(tutor), 0, text);
    fputs(tutor->colour ? "\033[0m" : "", stdout);
}

/* The margin of a console block: what is done has its tick. */
static const char *margin(void *context, const struct markdown *block, int line)
{
    const struct tutor *tutor = context;

    for (size_t i = 0; i < tutor->step_count; i++) {
        const struct step *step = &tutor->steps[i];
        if (step->command->block == block && step->command->line_of_block == line)
            return step->ticked ? "✓" : step->shown ? "·" : NULL;
    }
    return NULL;
}

struct render guide_render(struct tutor *tutor)
{
    return (struct render){.out = stdout,
                           .columns = tutor_columns(tutor),
                           .colour = tutor->colour,
                           .margin = margin,
                           .context = tutor};
}

/* TEXT behind a bar, its lines numbered where they differ. */
static void show_lines(const struct tutor *tutor, const char *text, const char *colour)
{
    size_t length = strlen(text);

    while (length > 0 && strchr(" \t\r\n", text[length - 1]))
        length--;
    for (const char *line = text, *end = text + length; line < end;) {
        size_t here = strcspn(line, "\n");
        if (here > (size_t)(end - line))
            here = (size_t)(end - line);
        printf("    %s%.*s%s\n", tutor->colour ? colour : "", (int)here, line,
               tutor->colour ? "\033[0m" : "");
        line += here + 1;
    }
    if (length == 0)
        printf("    (nothing)\n");
}

void guide_show_difference(struct tutor *tutor, const char *expected, const char *shown)
{
    int line = 1;

    (void)match_text(expected, shown, &line);
    printf("  expected (differs at line %d):\n", line);
    show_lines(tutor, expected, "\033[32m");
    printf("  shown:\n");
    show_lines(tutor, shown, "\033[31m");
}
