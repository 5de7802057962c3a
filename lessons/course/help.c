/* help.c - what the table of commands looks like: for people, and for the completion.
 *
 * `complete` prints the words that may come next, so that completion.bash holds no list that
 * could grow old.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "course.h"

static int help_all(const struct course *course)
{
    printf("boxwork: containers and virtual machines from the system call up, in C\n\n"
           "  boxwork                         the map, and what to type next\n");
    for (const struct course_command *c = course_commands; c->name != NULL; c++) {
        if (c->hidden)
            continue;
        char line[64];
        (void)snprintf(line, sizeof line, "%s %s", c->name,
                       c->raw         ? "[CMD…]"
                       : c->arguments ? c->arguments
                                      : "");
        /* One more column where the … takes three bytes for one. */
        printf("  boxwork %-*s %s\n", c->raw ? 25 : 23, line, c->help);
    }
    printf(
        "\n  --help      after a command: its options\n"
        "  --version   the version\n\n"
        "Exit status: 0 it worked, 1 it did not, 2 wrong usage, 3 it could not run.\n\n"
        "Completion for bash:  source %s/lessons/course/completion.bash\n",
        course->top);
    return STATUS_OK;
}

static void help_option(const struct course_option *o)
{
    char line[64];
    (void)snprintf(line, sizeof line, "--%s%s%s", o->name, o->argument ? " " : "",
                   o->argument ? o->argument : "");
    printf("  %-24s %s\n", line, o->help);
}

int run_help(struct course *course, const struct invocation *typed)
{
    if (typed->argc == 0)
        return help_all(course);
    const struct course_command *command = command_named(typed->argv[0]);
    if (command == NULL)
        return course_usage(course, "%s: no such command", typed->argv[0]);
    printf("boxwork %s%s%s%s\n\n%s\n", command->name,
           command->options[0].name && !command->raw ? " [OPTION…]" : "",
           command->arguments ? " " : "", command->arguments ? command->arguments : "",
           command->help);
    if (command->details != NULL)
        printf("\n%s", command->details);
    printf("\n");
    for (size_t i = 0; i < OPTIONS_MOST && command->options[i].name != NULL; i++)
        help_option(&command->options[i]);
    help_option(&(struct course_option){"help", NULL, "this"});
    if (command->details == NULL || strstr(command->details, "xit status") == NULL)
        printf("\nExit status: 0 it worked, 1 it did not, 2 wrong usage.\n");
    return STATUS_OK;
}

/* --- completion ------------------------------------------------------------------------------ */

static void complete_commands(void)
{
    for (const struct course_command *c = course_commands; c->name != NULL; c++)
        if (!c->hidden)
            puts(c->name);
}

/* The functions of a lab, as the build wrote them down: "FUNCTION STEP POINTS FILE". */
static void complete_functions(const struct course *course, const struct lesson *lesson)
{
    char *path = course_path(course, "build/reference/%s/functions", lesson->id),
         line[256];
    FILE *file = fopen(path, "re");
    free(path);
    if (file == NULL)
        return; /* not built yet: nothing to offer */
    while (fgets(line, sizeof line, file) != NULL)
        printf("%.*s\n", (int)strcspn(line, " \n"), line);
    (void)fclose(file); /* it was only read */
}

static const struct lesson *lesson_exactly(const struct course *course, const char *name)
{
    for (size_t i = 0; i < course->count; i++)
        if (strcmp(name, course->lessons[i].number) == 0 ||
            strcmp(name, course->lessons[i].id) == 0)
            return &course->lessons[i];
    return NULL;
}

/* argv: "complete", then the words before the one that is being typed. */
int run_complete(struct course *course, const struct invocation *typed)
{
    const struct course_command *command =
        typed->argc > 1 ? command_named(typed->argv[1]) : NULL;
    if (typed->argc <= 1) {
        complete_commands();
        puts("--help\n--version");
        return STATUS_OK;
    }
    if (command == NULL)
        return STATUS_OK;
    for (size_t i = 0; i < OPTIONS_MOST && command->options[i].name != NULL; i++)
        printf("--%s\n", command->options[i].name);
    puts("--help");
    if (command->argument == ARGUMENT_COMMAND)
        complete_commands();
    if (command->argument != ARGUMENT_LESSON)
        return STATUS_OK;
    const struct lesson *given = NULL;
    for (int i = 2; i < typed->argc && given == NULL; i++)
        given = lesson_exactly(course, typed->argv[i]);
    if (given != NULL && command->most > 1)
        complete_functions(course, given);
    for (size_t i = 0; i < course->count && given == NULL; i++)
        puts(course->lessons[i].id);
    return STATUS_OK;
}
