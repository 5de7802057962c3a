/* trial.c - a command is run, and what came of it is put into one cell of a table. */
#define _GNU_SOURCE
#include "trial.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

const char *trial_reason(const char *errors)
{
    const char *colon = strstr(errors, ": ");
    const char *why =
        colon != NULL && colon < errors + strcspn(errors, "\n") ? colon + 2 : errors;
    const char *foreign = strstr(why, "foreign: "); /* its name says nothing */
    return foreign != NULL ? foreign + strlen("foreign: ") : why;
}

void trial_command(char *const argv[], const struct run_how *how, const char *wanted,
                   struct trial *trial, struct run_result *output)
{
    struct run_result result;
    int failed = run_command(argv, how, &result);
    trial->runs = !failed && result.status == 0 &&
                  (wanted == NULL || run_line(&result, wanted) != NULL);
    const char *errors = !failed && result.errors != NULL ? result.errors : "";
    const char *why = failed ? strerror(errno) : trial_reason(errors);
    if (trial->runs)
        (void)snprintf(trial->text, sizeof trial->text, "runs");
    else if (why[0] != '\0' && strncmp(errors, "exits:", 6) != 0) /* that is --stats */
        (void)snprintf(trial->text, sizeof trial->text, "no: %.*s",
                       (int)strcspn(why, "\n"), why);
    else
        (void)snprintf(trial->text, sizeof trial->text, "no: exit status %d",
                       result.status);
    if (output != NULL)
        *output = result;
    else
        run_free(&result);
}

void trial_kind(const struct compare *compare, enum kind kind, char *const words[],
                const struct trial_how *how, struct trial *trial)
{
    struct kind_command command;
    kind_command(compare, kind, words, &command);
    command.how.ordinary = how->ordinary;
    command.how.hidden = how->hidden;
    if (kind == KIND_CONTAINER && how->ordinary)
        kind_add(&command, (char *[]){"--rootless", NULL});
    trial_command(command.argv, &command.how, kind == KIND_VM ? "boxwork: end 0" : NULL,
                  trial, NULL);
}
