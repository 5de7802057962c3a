/* commands.c - all words of a session: the guide's and those of the lessons; and `help`.
 *
 * The guide's words are a table here. Those of the lessons are found where the linker has put
 * what TUTOR_LESSON announces: a section that is an array of pointers. When two lessons of a
 * track have a word of the same name, the later lesson's is taken.
 */
#define _GNU_SOURCE
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "session.h"
#include "words.h"

extern const struct tutor_lesson *const start[] __asm__("__start_tutor_lessons")
    __attribute__((weak));
extern const struct tutor_lesson *const stop[] __asm__("__stop_tutor_lessons")
    __attribute__((weak));

static const char *const *help_words(struct tutor *tutor);
static const char *const *use_words(struct tutor *tutor);

static const struct tutor_command guide_words[] = {
    {"help", "[WORD]", "what there is, or what one word does", NULL, 0, 1,
     TUTOR_COMPLETE_WORDS, help_words, word_help},
    {"next", "", "show the next section of the page", NULL, 0, 0, TUTOR_COMPLETE_NOTHING,
     NULL, word_next},
    {"back", "", "show the section before this one", NULL, 0, 0, TUTOR_COMPLETE_NOTHING,
     NULL, word_back},
    {"where", "[SECTION]", "show this section again, and what is done",
     "With a number, that section is opened. Where a command printed something else than "
     "the "
     "page shows, the difference stands below.",
     0, 1, TUTOR_COMPLETE_NOTHING, NULL, word_where},
    {"do", "", "type the next command of this section for me", NULL, 0, 0,
     TUTOR_COMPLETE_NOTHING, NULL, word_do},
    {"again", "", "type the commands of the sections before this one",
     "Machines, boxes and other things that a session has made end with it. Who comes "
     "back "
     "to the middle of a page has what its commands need again after this word. What was "
     "typed in this session is left out.",
     0, 0, TUTOR_COMPLETE_NOTHING, NULL, word_again},
    {"play", "", "type the whole page, in a session of its own",
     "Every command of the page is typed, and its output is compared to what the page "
     "shows. "
     "The exit status is 0 when all of it matched.",
     0, 0, TUTOR_COMPLETE_NOTHING, NULL, word_play},
    {"hint", "[FUNCTION]", "open the next hint for a function of the lab", NULL, 0, 1,
     TUTOR_COMPLETE_FUNCTIONS, NULL, word_hint},
    {"ask", "[NUMBER [ANSWER]]", "ask me the next question of the page",
     "With a number, that question. With an answer behind it, the answer is checked at "
     "once.",
     0, -1, TUTOR_COMPLETE_NOTHING, NULL, word_ask},
    {"check", "", "grade my lab", NULL, 0, -1, TUTOR_COMPLETE_NOTHING, NULL, word_check},
    {"mine", "[all]", "run my own functions, as far as they are finished",
     "My lab is built first. Functions that still have their LAB_TODO stay the "
     "reference's. "
     "With `all`, the labs of the earlier lessons too.",
     0, 1, TUTOR_COMPLETE_NOTHING, NULL, word_mine},
    {"reference", "", "run the reference's functions", NULL, 0, 0, TUTOR_COMPLETE_NOTHING,
     NULL, word_reference},
    {"use", "[mine|reference FUNCTION]",
     "run my, or the reference's, version of a function",
     "Without arguments, it lists whose functions are running.", 0, 2,
     TUTOR_COMPLETE_WORDS, use_words, word_use},
    {"source", "[[mine|reference] FUNCTION]", "show the source of a function",
     "It is the version that is running, unless you say which one.", 0, 2,
     TUTOR_COMPLETE_FUNCTIONS, NULL, word_source},
    {"calls", "[--all] WORD [ARG…]",
     "run a word, and show the system calls that it makes",
     "strace(1) is attached to this session for as long as the word runs. `here` is the "
     "session, a number is a child process; what a program does after its execve is left "
     "out, as is what the C library does for memory and signals. With `--all`, all of it "
     "is "
     "shown. While a process is traced, a set-user-ID program gains nothing.",
     1, -1, TUTOR_COMPLETE_WORDS, help_words, word_calls},
    {"lessons", "", "show all lessons, and how far I am", NULL, 0, 0,
     TUTOR_COMPLETE_NOTHING, NULL, word_lessons},
    {"open", "LESSON", "leave, and open another lesson", NULL, 1, 1, TUTOR_COMPLETE_WORDS,
     lesson_ids, word_open},
    {"quit", "", "leave; Ctrl-D does the same", NULL, 0, 0, TUTOR_COMPLETE_NOTHING, NULL,
     word_quit},
};

#define GUIDE_WORDS (sizeof guide_words / sizeof *guide_words)

static size_t lesson_count(void)
{
    return start ? (size_t)(stop - start) : 0;
}

bool command_is_guide(const struct tutor_command *command)
{
    return command >= guide_words && command < guide_words + GUIDE_WORDS;
}

bool command_is_plain(const struct tutor_command *command)
{
    return command->run == word_do || command->run == word_again ||
           command->run == word_play || command->run == word_open ||
           command->run == word_quit || command->run == word_ask;
}

/* The latest lesson's command of this name, of those before LIMIT (NULL: of all). */
static const struct tutor_command *latest(const char *name, const char *limit)
{
    const struct tutor_command *found = NULL;
    const char *lesson = "";

    for (size_t i = 0; i < lesson_count(); i++) {
        if (limit && strcmp(start[i]->id, limit) >= 0)
            continue;
        for (const struct tutor_command *c = start[i]->commands; c->name; c++)
            if (!strcmp(c->name, name) && strcmp(start[i]->id, lesson) > 0) {
                found = c;
                lesson = start[i]->id;
            }
    }
    return found;
}

const struct tutor_command *command_find(const char *name)
{
    for (size_t i = 0; i < GUIDE_WORDS; i++)
        if (!strcmp(guide_words[i].name, name))
            return &guide_words[i];
    return latest(name, NULL);
}

const struct tutor_command *tutor_earlier(const char *name, const char *lesson)
{
    return latest(name, lesson);
}

/* A word that a later lesson took over is not listed for the earlier one. */
const struct tutor_command *command_at(size_t n)
{
    for (size_t i = 0; i < lesson_count(); i++)
        for (const struct tutor_command *c = start[i]->commands; c->name; c++)
            if (command_find(c->name) == c && n-- == 0)
                return c;
    return n < GUIDE_WORDS ? &guide_words[n] : NULL;
}

const char *command_lesson(const char *program)
{
    const char *lesson = NULL;
    size_t length = strlen(program);

    for (size_t i = 0; i < lesson_count(); i++) {
        const char *id = start[i]->id;
        if (!strncmp(id, program, length) && id[length] == '-')
            return id;
        if (!lesson || strcmp(id, lesson) > 0)
            lesson = id;
    }
    return lesson;
}

const char *command_nearest(const char *name)
{
    const struct tutor_command *command;
    const char *nearest = NULL;
    int least = INT_MAX;

    for (size_t i = 0; (command = command_at(i)); i++) {
        int distance = words_distance(name, command->name);
        if (distance < least) {
            least = distance;
            nearest = command->name;
        }
    }
    /* more than a third of the letters wrong is another word, not a typo */
    size_t length = strlen(name);
    return least <= 1 + (int)(length > 4) && least < (int)length ? nearest : NULL;
}

int command_usage(const struct tutor *tutor, const struct tutor_command *command)
{
    (void)tutor;
    fprintf(stderr, "usage: %s%s%s\n", command->name, *command->arguments ? " " : "",
            command->arguments);
    return 2;
}

/* --- help ------------------------------------------------------------------------------ */

static void list(struct tutor *tutor, const struct tutor_command *command)
{
    char left[128];
    const char *bold = tutor->colour ? "\033[1m" : "",
               *plain = tutor->colour ? "\033[0m" : "";

    snprintf(left, sizeof left, "%s%s%s", command->name, *command->arguments ? " " : "",
             command->arguments);
    int width = render_width(left);
    printf("  %s%s%s%s", bold, command->name, plain, left + strlen(command->name));
    if (width > 28)
        printf("\n%31s", ""); /* two of the margin, too */
    else
        printf("%*s", 29 - width, "");
    render_wrapped(stdout, tutor_columns(tutor), 31, command->help);
}

static const char shell_help[] =
    "  $ COMMAND                    run a line by /bin/sh, in the top of the tree\n"
    "                               (! COMMAND does the same)\n";

static int help_all(struct tutor *tutor)
{
    for (size_t i = 0; i < lesson_count(); i++) {
        bool headed = false;
        for (const struct tutor_command *c = start[i]->commands; c->name; c++) {
            if (command_find(c->name) != c)
                continue;
            if (!headed)
                printf("%s\n", start[i]->id);
            headed = true;
            list(tutor, c);
        }
    }
    printf("the guide\n");
    for (size_t i = 0; i < GUIDE_WORDS; i++)
        list(tutor, &guide_words[i]);
    printf("the shell\n%s", shell_help);
    return EXIT_SUCCESS;
}

int word_help(struct tutor *tutor, int argc, char **argv)
{
    if (argc < 2)
        return help_all(tutor);
    if (strcmp(argv[1], "$") == 0 || strcmp(argv[1], "!") == 0) {
        fputs(shell_help, stdout);
        return EXIT_SUCCESS;
    }
    const struct tutor_command *command = command_find(argv[1]);
    if (!command) {
        const char *nearest = command_nearest(argv[1]);
        return tutor_error(tutor, "%s: there is no such word%s%s", argv[1],
                           nearest ? ": did you mean " : "", nearest ? nearest : "");
    }
    char line[512];
    (void)snprintf(line, sizeof line, "%s%s%s: %s", command->name,
                   *command->arguments ? " " : "", command->arguments, command->help);
    render_wrapped(stdout, tutor_columns(tutor), 0, line);
    if (command->details) {
        struct render render = guide_render(tutor);
        return render_text(&render, 0, command->details) == 0 ? 0 : EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}

/* What has a word behind it never comes here (execute.c). */
int word_calls(struct tutor *tutor, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return command_usage(tutor, command_find("calls"));
}

static const char *const *help_words(struct tutor *tutor)
{
    static const char **words; /* all words, made once; the table is constant */
    const struct tutor_command *command;
    size_t count = 0;

    (void)tutor;
    while (command_at(count))
        count++;
    if (!words)
        words = calloc(count + 1, sizeof *words);
    for (size_t i = 0; words && (command = command_at(i)); i++)
        words[i] = command->name;
    return words;
}

static const char *const *use_words(struct tutor *tutor)
{
    static const char *const words[] = {"mine", "reference", NULL};

    (void)tutor;
    return words;
}
