/* input.c - a line from a terminal, a pipe or a file.
 *
 * On a terminal it is readline, with completion and a history for each lesson. Otherwise
 * bytes are read one by one, as a shell does it, so that a command that reads stdin gets what
 * follows its line; and prompt and line are printed, so that the output reads like a page.
 *
 * Read on: readline(3); POSIX.1-2017, XCU sh, STDIN.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <readline/history.h>
#include <readline/readline.h>
#include "session.h"
#include "switchboard.h"
#include "words.h"

#define HISTORY_MOST 1000

/* readline calls back without an argument of ours. */
static struct tutor *completing;

/* --- completion ------------------------------------------------------------------------- */

static char *match_command(const char *text, int again)
{
    static size_t next;
    const struct tutor_command *command;

    if (!again)
        next = 0;
    while ((command = command_at(next)) != NULL) {
        next++;
        if (!strncmp(command->name, text, strlen(text)))
            return strdup(command->name);
    }
    return NULL;
}

/* The functions that a lab asks for. */
static char *match_function(const char *text, int again)
{
    static size_t next;
    size_t count;
    const struct switch_function *functions = switch_functions(&count);

    if (!again)
        next = 0;
    for (; next < count; next++)
        if (functions[next].points > 0 &&
            !strncmp(functions[next].name, text, strlen(text)))
            return strdup(functions[next++].name);
    return NULL;
}

static const char *const *offered; /* what match_word looks through; NULL-ended */

static char *match_word(const char *text, int again)
{
    static size_t next;

    if (!again)
        next = 0;
    while (offered && offered[next]) {
        const char *word = offered[next++];
        if (!strncmp(word, text, strlen(text)))
            return strdup(word);
    }
    return NULL;
}

/* Which argument of the line TEXT is: 0 for the command. */
static int argument_number(int start)
{
    int number = 0;

    for (int i = 0; i < start; i++)
        if (!isspace((unsigned char)rl_line_buffer[i]) &&
            (i + 1 == start || isspace((unsigned char)rl_line_buffer[i + 1])))
            number++;
    return number;
}

static const struct tutor_command *command_of_line(void)
{
    char name[64];
    const char *line = rl_line_buffer + strspn(rl_line_buffer, " \t");
    size_t length = strcspn(line, " \t");

    if (length >= sizeof name)
        return NULL;
    memcpy(name, line, length);
    name[length] = '\0';
    return command_find(name);
}

static char **complete(const char *text, int start, int end)
{
    (void)end;
    rl_attempted_completion_over = 1; /* file names only where they are meant */
    const char *line = rl_line_buffer + strspn(rl_line_buffer, " \t");
    if (*line == '$' || *line == '!')
        return rl_completion_matches(text, rl_filename_completion_function);
    int number = argument_number(start);
    if (number == 0)
        return rl_completion_matches(text, match_command);

    const struct tutor_command *command = command_of_line();
    if (!command)
        return NULL;
    enum tutor_completion kind = command->completion;
    if (command->run == word_use && number > 1)
        kind = TUTOR_COMPLETE_FUNCTIONS; /* its second word is another kind */
    switch (kind) {
    case TUTOR_COMPLETE_FILES:
        return rl_completion_matches(text, rl_filename_completion_function);
    case TUTOR_COMPLETE_FUNCTIONS:
        return rl_completion_matches(text, match_function);
    case TUTOR_COMPLETE_WORDS:
        offered = command->words ? command->words(completing) : NULL;
        return rl_completion_matches(text, match_word);
    default:
        return NULL;
    }
}

/* --- the terminal ------------------------------------------------------------------------ */

/* Waits for a key or a signal. A signal that comes between the look at the flags and the wait
 * would not end the wait, so signals are let in by the wait itself. Returns true for a key. */
static bool wait_for_key(int fd)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP};
    struct pollfd key = {.fd = fd, .events = POLLIN};
    sigset_t block, before;
    int result = -1;

    sigemptyset(&block);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        sigaddset(&block, numbers[i]);
    (void)sigprocmask(SIG_BLOCK, &block, &before); /* its arguments are right */
    if (rl_pending_signal() == 0 && !guard_interrupted())
        result = ppoll(&key, 1, NULL, &before);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    return result == 1;
}

/* Reads a key. Readline's own function reads on after a signal; this one gives up the line when
 * Ctrl-C was pressed (it empties it, and "presses" Enter), or when the session must end. */
static int read_key(FILE *file)
{
    unsigned char c;

    for (;;) {
        rl_check_signals(); /* the terminal has a new size, or was stopped and goes on */
        if (guard_leaving())
            return EOF;
        if (guard_interrupted()) {
            rl_replace_line("", 0);
            return '\n';
        }
        if (!wait_for_key(fileno(file)))
            continue;
        ssize_t got = read(fileno(file), &c, 1);
        if (got == 1)
            return c;
        if (got == 0 || errno != EINTR)
            return EOF;
    }
}

static char *history_file(const struct tutor *tutor)
{
    char *folder = progress_folder(tutor->top), *path;

    int result = folder ? asprintf(&path, "%s/history-%s", folder, tutor->lesson) : -1;
    free(folder);
    return result == -1 ? NULL : path;
}

void input_start(struct tutor *tutor)
{
    completing = tutor;
    if (!tutor->terminal)
        return;
    rl_readline_name = "boxwork";
    rl_attempted_completion_function = complete;
    rl_getc_function = read_key;
    rl_completer_quote_characters = "'\"";
    rl_basic_word_break_characters = " \t\n";
    using_history();
    stifle_history(HISTORY_MOST);
    char *path = history_file(tutor);
    if (path)
        (void)read_history(path); /* there is none the first time */
    free(path);
}

void input_end(struct tutor *tutor)
{
    char *path = tutor->terminal ? history_file(tutor) : NULL;

    if (path && access(path, F_OK) == 0)
        (void)history_truncate_file(path, HISTORY_MOST); /* a long one does no harm */
    free(path);
}

static void remember(const struct tutor *tutor, const char *line)
{
    HIST_ENTRY *last =
        history_length ? history_get(history_base + history_length - 1) : NULL;

    if (!line[strspn(line, " \t")] || (last && !strcmp(last->line, line)))
        return;
    add_history(line);
    char *path = history_file(tutor);
    if (path) {
        char *slash = strrchr(path, '/');
        *slash = '\0';
        (void)mkdir(path, 0777); /* mostly there; if not, appending fails */
        *slash = '/';
        if (append_history(1, path) == ENOENT)
            (void)write_history(
                path); /* appending makes no file; without one, no history */
    }
    free(path);
}

static char *read_terminal(struct tutor *tutor, const char *prompt, bool command)
{
    char coloured[128];

    guard_clear();
    if (guard_leaving())
        return NULL;
    /* \001 and \002 tell readline that what is between them takes no column */
    snprintf(coloured, sizeof coloured, "\001\033[1m\002%s\001\033[0m\002", prompt);
    rl_attempted_completion_function = command ? complete : NULL;
    rl_inhibit_completion = !command;
    char *line = readline(tutor->colour ? coloured : prompt);
    if (guard_leaving()) {
        free(line);
        return NULL;
    }
    if (line && command)
        remember(tutor, line);
    return line;
}

/* --- a pipe or a file ----------------------------------------------------------------------- */

static char *read_bytes(struct tutor *tutor)
{
    char *line = NULL;
    size_t length = 0, room = 0;
    char c;

    for (;;) {
        ssize_t got = read(tutor->input, &c, 1);
        if (got == -1 && errno == EINTR && !guard_leaving())
            continue;
        if (got != 1 && length == 0) {
            free(line);
            return NULL;
        }
        if (length + 1 >= room) {
            room = room ? 2 * room : 128;
            char *grown = realloc(line, room);
            if (!grown) {
                free(line);
                return NULL;
            }
            line = grown;
        }
        if (got != 1 || c == '\n') {
            line[length] = '\0';
            return line;
        }
        line[length++] = c;
    }
}

char *input_line(struct tutor *tutor, const char *prompt, bool command)
{
    if (tutor->terminal)
        return read_terminal(tutor, prompt, command);
    guard_clear();
    if (guard_leaving())
        return NULL;
    char *line = read_bytes(tutor);
    if (!line)
        return NULL;
    size_t length = strlen(line);
    if (length > 0 && line[length - 1] == '\r')
        line[length - 1] = '\0';                   /* a script from another system */
    bool shell = line[0] == '$' && line[1] == ' '; /* its own prompt, as on a page */
    printf("%s%s\n", shell && command ? "" : prompt, line);
    (void)fflush(stdout); /* before what the command prints */
    return line;
}
