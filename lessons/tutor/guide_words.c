/* guide_words.c - next, back, where, do, again: walking through the page.
 *
 * Hints and questions are sections of the page too, but they have words of their own, and
 * reading on must not spoil them; the walk leaves them out.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "guide.h"
#include "session.h"

static int no_page(struct tutor *tutor)
{
    return tutor_error(tutor, "lessons/%s/README.md: the page cannot be read",
                       tutor->lesson);
}

static bool is_shown(const struct tutor *tutor, size_t section)
{
    return tutor->page->sections[section].kind == PAGE_GUIDE;
}

/* The number of a section among those that are shown, from 1; or how many there are. */
static size_t number_of(const struct tutor *tutor, size_t section)
{
    size_t number = 0;

    for (size_t i = 0; i < tutor->page->section_count && i <= section; i++)
        number += is_shown(tutor, i);
    return number;
}

static size_t count_shown(const struct tutor *tutor)
{
    return number_of(tutor, tutor->page->section_count);
}

/* Where commands gave something else than the page shows. */
static void show_differences(struct tutor *tutor)
{
    for (size_t i = 0; i < tutor->step_count; i++) {
        const struct step *step = &tutor->steps[i];
        if (step->section != tutor->section || !step->shown)
            continue;
        printf("\n· %s\n", step->command->typed);
        guide_show_difference(tutor, step->command->expected, step->shown);
    }
}

static int show_section(struct tutor *tutor)
{
    const struct page_section *section = &tutor->page->sections[tutor->section];
    struct render render = guide_render(tutor);
    int done, all;

    putchar('\n');
    if (render_heading(&render, tutor->section == 0 ? 1 : 2, section->title) == -1)
        return tutor_error(tutor, "%s: cannot be shown", section->title);
    putchar('\n');
    if (section->first && render_blocks(&render, section->first, section->end) == -1)
        return tutor_error(tutor, "%s: cannot be shown", section->title);
    show_differences(tutor);
    putchar('\n');
    guide_count(tutor, tutor->section, &done, &all);
    size_t number = number_of(tutor, tutor->section), count = count_shown(tutor);
    if (all > 0)
        guide_quiet(tutor,
                    "section %zu of %zu · %d of %d done · `do` types the next command%s",
                    number, count, done, all, number < count ? ", `next` goes on" : "");
    else if (number < count)
        guide_quiet(tutor, "section %zu of %zu · `next` goes on", number, count);
    else
        guide_quiet(tutor,
                    "section %zu of %zu, the last one · `ask` asks the questions, "
                    "`check` grades the lab",
                    number, count);
    return EXIT_SUCCESS;
}

static void save_section(struct progress *progress, void *context)
{
    struct tutor *tutor = context;

    progress_set_section(progress, tutor->lesson, (int)tutor->section);
    progress_set_total(progress, tutor->lesson, (int)tutor->step_count);
}

static int open_section(struct tutor *tutor, size_t section)
{
    tutor->section = section;
    guide_first_step(tutor);
    guide_change(tutor, save_section, tutor);
    return show_section(tutor);
}

int word_next(struct tutor *tutor, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    if (!tutor->page)
        return no_page(tutor);
    for (size_t i = tutor->section + 1; i < tutor->page->section_count; i++)
        if (is_shown(tutor, i))
            return open_section(tutor, i);
    printf("This is the last section. `ask` asks the questions, `check` grades the lab, "
           "`lessons` shows what comes next.\n");
    return EXIT_SUCCESS;
}

int word_back(struct tutor *tutor, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    if (!tutor->page)
        return no_page(tutor);
    for (size_t i = tutor->section; i > 0; i--)
        if (is_shown(tutor, i - 1))
            return open_section(tutor, i - 1);
    printf("This is the first section.\n");
    return EXIT_SUCCESS;
}

int word_where(struct tutor *tutor, int argc, char **argv)
{
    if (!tutor->page)
        return no_page(tutor);
    if (argc < 2)
        return show_section(tutor);
    char *end;
    long number = strtol(argv[1], &end, 10);
    for (size_t i = 0; i < tutor->page->section_count && *end == '\0'; i++)
        if (is_shown(tutor, i) && (long)number_of(tutor, i) == number)
            return open_section(tutor, i);
    return tutor_error(tutor,
                       "%s: there is no such section: they are numbered from 1 to %zu",
                       argv[1], count_shown(tutor));
}

/* Types the command of a step. Returns its exit status. */
static int type_step(struct tutor *tutor, size_t number)
{
    const struct page_command *command = tutor->steps[number].command;
    const char *shown;

    printf("%s%s\n", command->prompt == PAGE_PROMPT_REPL ? tutor->page->prompt : "",
           command->typed);
    int status = execute_line(tutor, command->typed, false, &shown);
    guide_note(tutor, command->typed, shown);
    tutor->steps[number].here = true;
    if (tutor->steps[number].section == tutor->section)
        tutor->do_next = number + 1;
    return status;
}

int word_do(struct tutor *tutor, int argc, char **argv)
{
    int done, all;

    (void)argc;
    (void)argv;
    if (!tutor->page)
        return no_page(tutor);
    size_t number = tutor->do_next;
    if (number >= tutor->step_count || tutor->steps[number].section != tutor->section) {
        guide_count(tutor, tutor->section, &done, &all);
        if (done < all)
            guide_quiet(
                tutor,
                "That was the last command of this section, and %d of %d gave "
                "something else than the page shows: `where` says what, `where %zu` "
                "starts the section again.",
                all - done, all, number_of(tutor, tutor->section));
        else
            printf("There is no command left to type in this section: `next` goes on.\n");
        return EXIT_SUCCESS;
    }
    return type_step(tutor, number);
}

int word_again(struct tutor *tutor, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    if (!tutor->page)
        return no_page(tutor);
    for (size_t i = 0; i < tutor->step_count; i++) {
        if (tutor->steps[i].section >= tutor->section || tutor->steps[i].here)
            continue;
        (void)type_step(tutor, i); /* what it shows is what it showed then, or is said */
        if (tutor_interrupted(tutor))
            return EXIT_FAILURE;
    }
    guide_first_step(tutor);
    return EXIT_SUCCESS;
}

/* Whether a section before this one has commands that were done. */
static bool progress_of_earlier(const struct tutor *tutor)
{
    for (size_t i = 0; i < tutor->step_count; i++)
        if (tutor->steps[i].section < tutor->section && tutor->steps[i].ticked)
            return true;
    return false;
}

void guide_welcome(struct tutor *tutor)
{
    int done, all;

    if (!tutor->page)
        return;
    if (tutor->section == 0) {
        (void)show_section(tutor); /* what it could not show, it said */
    } else {
        struct render render = guide_render(tutor);
        (void)render_heading(&render, 1, tutor->page->title);
        guide_count(tutor, tutor->section, &done, &all);
        char progress[32] = "";
        if (all > 0)
            (void)snprintf(progress, sizeof progress, " · %d of %d done", done, all);
        guide_quiet(tutor, "section %zu of %zu, “%s”%s · `where` shows it",
                    number_of(tutor, tutor->section), count_shown(tutor),
                    tutor->page->sections[tutor->section].title, progress);
        if (progress_of_earlier(tutor))
            guide_quiet(tutor, "what the commands before have made ended with their "
                               "session: `again` types them");
    }
    guide_quiet(tutor, "`help` lists all words, Tab completes them, Ctrl-D leaves");
}
