/* execute.c - runs a line: a word of the session, or a line for the shell.
 *
 * Around everything that runs stands guard_run, and around most of it the capture. What the
 * learner's code may have broken is looked at when it is over.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include "calls.h"
#include "session.h"
#include "words.h"

/* What is to be run: a command with its words, or a line for the shell. */
struct job {
    struct tutor *tutor;
    const struct tutor_command *command; /* NULL: the shell */
    int argc;
    char **argv;
    const char *line;
    struct calls *calls; /* its system calls are to be shown; NULL: they are not */
};

static int exit_status(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Runs a program and waits for it, also when Ctrl-C interrupts: it gets that one too. */
int execute_program(const char *program, char *const arguments[])
{
    int status;

    (void)fflush(NULL); /* or the child would print it again */
    pid_t child = fork();
    if (child == -1) {
        fprintf(stderr, "fork: %s\n", strerror(errno));
        return EXIT_FAILURE;
    }
    if (child == 0) {
        execvp(program, arguments);
        fprintf(stderr, "%s: %s\n", program, strerror(errno));
        _exit(127);
    }
    while (waitpid(child, &status, 0) == -1)
        if (errno != EINTR)
            return EXIT_FAILURE;
    return exit_status(status);
}

static int run_it(struct job *job)
{
    if (job->command)
        return job->command->run(job->tutor, job->argc, job->argv);
    char *arguments[] = {(char *)"sh", (char *)"-c", (char *)job->line, NULL};
    return execute_program("/bin/sh", arguments);
}

static int run_job(void *context)
{
    struct job *job = context;

    if (!job->calls)
        return run_it(job);
    calls_mark();
    int status = run_it(job);
    calls_mark();
    return status;
}

/* A program that had the terminal may have left it in another mode, or belonging to a process
 * group that is gone. */
static void take_terminal(const struct tutor *tutor, const struct termios *mode)
{
    sigset_t block, before;

    if (!tutor->terminal)
        return;
    sigemptyset(&block);
    sigaddset(&block, SIGTTOU);
    (void)sigprocmask(SIG_BLOCK, &block, &before); /* its arguments are right */
    if (tcgetpgrp(STDIN_FILENO) != getpgrp())
        (void)tcsetpgrp(STDIN_FILENO, getpgrp()); /* without job control there is none */
    (void)tcsetattr(STDIN_FILENO, TCSADRAIN, mode);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
}

/* Says what went wrong beside the command's own messages. Returns the exit status. */
static int look_at(const struct tutor *tutor, const struct guard_outcome *outcome)
{
    if (outcome->root_moved)
        fprintf(stderr,
                "the root of the session itself had moved, and is back: what changes "
                "it must run in a child process\n");
    if (outcome->end == GUARD_CRASHED) {
        crash_explain(tutor, outcome);
        return 128 + outcome->signal;
    }
    if (outcome->end == GUARD_BROKEN) {
        fprintf(stderr, "%s: broken off\n", tutor->word ? tutor->word : "command");
        return 128 + SIGINT;
    }
    return outcome->status;
}

static int guard_job(struct job *job)
{
    struct tutor *tutor = job->tutor;
    struct termios mode;
    bool has_mode = tutor->terminal && tcgetattr(STDIN_FILENO, &mode) == 0;
    const char *before = tutor->word;

    tutor->word = job->command ? job->command->name : "sh";
    struct guard_outcome outcome = guard_run(run_job, job);
    if (has_mode)
        take_terminal(tutor, &mode);
    int status = look_at(tutor, &outcome);
    (void)fflush(stdout); /* a full disk shows at the end of the program */
    tutor->word = before;
    return status;
}

static bool is_shell_line(const char *line)
{
    return line[0] == '!' || line[0] == '$';
}

/* Whether NAME is a path, or a program in PATH. */
static bool is_program(const char *name)
{
    char *path = strdup(getenv("PATH") ? getenv("PATH") : ""), *state, file[4096];
    bool found = strchr(name, '/') != NULL;

    for (char *folder = path ? strtok_r(path, ":", &state) : NULL; folder && !found;
         folder = strtok_r(NULL, ":", &state)) {
        (void)snprintf(file, sizeof file, "%s/%s", folder,
                       name); /* a longer one is none */
        found = access(file, X_OK) == 0;
    }
    free(path);
    return found;
}

static void say_no_such_word(const char *word)
{
    const char *nearest = command_nearest(word);

    if (strcmp(word, "exit") == 0 || strcmp(word, "logout") == 0)
        nearest = "quit";
    fprintf(stderr, "%s: there is no such word: ", word);
    if (nearest)
        fprintf(stderr, "did you mean %s\n", nearest);
    else if (is_program(word))
        fprintf(stderr, "for a program of the system, put a $ before it\n");
    else
        fprintf(stderr, "`help` lists them\n");
}

/* Fills the job from words. Returns 0, or the exit status of what is wrong. */
static int prepare(struct job *job)
{
    job->command = command_find(job->argv[0]);
    if (!job->command) {
        say_no_such_word(job->argv[0]);
        return 2;
    }
    if (job->argc - 1 < job->command->least ||
        (job->command->most >= 0 && job->argc - 1 > job->command->most))
        return command_usage(job->tutor, job->command);
    return 0;
}

/* Words that run other lines (`do`) have no guard of their own: there is one jump back. */
static int run_prepared(struct job *job)
{
    if (!command_is_plain(job->command))
        return guard_job(job);
    job->tutor->word = job->command->name;
    int status = run_job(job);
    job->tutor->word = NULL;
    return status;
}

/* Runs the job, and shows its system calls when that is asked for. */
static int run_shown(struct job *job)
{
    int wrong = job->line ? 0 : prepare(job); /* before strace is there for nothing */

    if (wrong)
        return wrong;
    if (job->calls && calls_begin(job->tutor, job->calls) == -1)
        return EXIT_FAILURE;
    int status = job->line ? guard_job(job) : run_prepared(job);
    if (job->calls)
        calls_end(job->tutor, job->calls);
    return status;
}

/* Takes `calls [--all]` off the front of words, when more comes behind it. Returns how many
 * words that were. */
static int take_calls(struct calls *calls, int argc, char **argv)
{
    if (argc < 2 || strcmp(argv[0], "calls") != 0)
        return 0;
    calls->all = strcmp(argv[1], "--all") == 0;
    return calls->all && argc == 2 ? 0 : 1 + calls->all;
}

int execute_words(struct tutor *tutor, int argc, char **argv)
{
    struct calls calls = {0};
    int taken = take_calls(&calls, argc, argv);

    return run_shown(&(struct job){.tutor = tutor,
                                   .argc = argc - taken,
                                   .argv = argv + taken,
                                   .calls = taken ? &calls : NULL});
}

/* The prompt stands at the start of a line, also behind "^C" and output without a line end. */
static void end_line(const struct tutor *tutor, const char *shown)
{
    size_t length = strlen(shown);
    bool open = length > 0 && shown[length - 1] != '\n';

    if (open || (tutor->terminal && guard_interrupted()))
        putchar('\n');
}

int execute_line(struct tutor *tutor, const char *line, bool no_input, const char **shown)
{
    struct calls calls = {0};
    struct job job = {.tutor = tutor};
    char **words = NULL;
    const char *text = "";
    int status = 0, taken = 0;

    line += strspn(line, " \t");
    if (is_shell_line(line)) {
        job.line = line + 1 + strspn(line + 1, " \t");
    } else if (!(words = words_split(line, &job.argc))) {
        status = errno == EINVAL ? 2 : EXIT_FAILURE;
    } else {
        taken = take_calls(&calls, job.argc, words);
        job.calls = taken ? &calls : NULL;
        job.argv = words + taken;
        job.argc -= taken;
    }
    bool plain = words && job.argc > 0 && command_find(job.argv[0]) &&
                 command_is_plain(command_find(job.argv[0]));
    bool captured =
        tutor->captures && !plain && capture_begin(&tutor->capture, no_input) == 0;
    if (status != 0)
        fprintf(stderr, "%s: %s\n", line,
                status == 2 ? "a quote or a backslash is left open" : strerror(ENOMEM));
    else if (job.line || job.argc > 0)
        status = run_shown(&job);
    if (captured)
        text = capture_end(&tutor->capture);
    end_line(tutor, text);
    if (shown)
        *shown = text;
    words_free(words);
    return status;
}
