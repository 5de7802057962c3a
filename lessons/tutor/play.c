/* play.c - types the whole page and compares: the page as a test.
 *
 * The page assumes a session that has just begun, so `play` in a REPL starts a second program,
 * `build/c02 play`. What a command must not do there is wait for a key: stdin is empty. No
 * progress is noted, since it was not the learner who typed.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "session.h"

struct play {
    struct tutor *tutor;
    int matched, all;
    FILE *differ; /* a line for each command that shows something else */
};

static void play_command(struct play *play, const struct page_command *command)
{
    struct tutor *tutor = play->tutor;
    const char *shown;
    bool repl = command->prompt == PAGE_PROMPT_REPL;

    printf("%s%s%s%s\n", tutor->colour ? "\033[1m" : "", repl ? tutor->page->prompt : "",
           command->typed, tutor->colour ? "\033[0m" : "");
    (void)fflush(stdout); /* before what the command prints */
    (void)execute_line(tutor, command->typed, true,
                       &shown); /* its output is what counts */
    play->all++;
    if (guide_matches(tutor, command->expected, shown)) {
        play->matched++;
        return;
    }
    printf("%s✗ this is not what the page shows in “%s”%s\n",
           tutor->colour ? "\033[31m" : "", tutor->page->sections[tutor->section].title,
           tutor->colour ? "\033[0m" : "");
    guide_show_difference(tutor, command->expected, shown);
    (void)fprintf(play->differ, "  ✗ %s  (“%s”)\n", command->typed,
                  tutor->page->sections[tutor->section].title);
}

static int play_sections(struct play *play)
{
    struct tutor *tutor = play->tutor;
    const struct page *page = tutor->page;
    struct render render = guide_render(tutor);

    for (size_t i = 0; i < page->section_count; i++) {
        const struct page_section *section = &page->sections[i];
        if (section->kind != PAGE_GUIDE || section->command_count == 0)
            continue;
        tutor->section = i;
        printf("%s", play->all ? "\n" : "");
        if (render_heading(&render, 2, section->title) == -1)
            return tutor_error(tutor, "%s: cannot be shown", section->title);
        for (size_t j = 0; j < section->command_count; j++) {
            if (guard_interrupted())
                return tutor_error(tutor, "broken off after %d of %zu commands",
                                   play->all, page->command_count);
            play_command(play, &section->commands[j]);
        }
    }
    return EXIT_SUCCESS;
}

static int play_page(struct tutor *tutor)
{
    char *differ = NULL;
    size_t size;
    struct play play = {.tutor = tutor, .differ = open_memstream(&differ, &size)};
    if (play.differ == NULL)
        return tutor_error(tutor, "the page cannot be played: no memory");
    int status = play_sections(&play);
    if (fclose(play.differ) == EOF && status == EXIT_SUCCESS)
        status = tutor_error(tutor, "which commands differ: no memory");
    if (status == EXIT_SUCCESS) {
        printf("\n%s: %d of %d commands show what the page shows\n%s",
               tutor->page->lesson, play.matched, play.all, differ);
        status = play.matched == play.all ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    free(differ);
    return status;
}

int word_play(struct tutor *tutor, int argc, char **argv)
{
    (void)argc;
    if (!tutor->page)
        return tutor_error(tutor, "lessons/%s/README.md: the page cannot be read",
                           tutor->lesson);
    if (tutor->plays)
        return play_page(tutor);
    char *arguments[] = {tutor->program, argv[0], NULL};
    return execute_program(tutor->program, arguments);
}
