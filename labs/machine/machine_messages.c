/* machine_messages.c - what the host tells the machine first, and what it does with answers.
 *
 * Nothing from the machine is trusted. A message of a kind, a size or at a moment that makes
 * no sense ends the run: there is no way for the machine to make the host do anything
 * but print, keep files in the folders that were asked for, and answer.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "run.h"

/* --- The job --- */

static int send_text(struct run *run, uint32_t type, const char *text)
{
    if (strlen(text) >= CHANNEL_LARGEST)
        return run_fault(run, MACHINE_CANNOT_START, "an argument is too long");
    return relay_send(run, type, text, strlen(text));
}

/* The variables of this process that also mean something inside. */
static bool goes_in(const char *variable)
{
    static const char *const names[] = {"TERM",   "COLORTERM", "NO_COLOR", "CI", "LANG",
                                        "LC_ALL", "LC_CTYPE",  "COLUMNS",  "TZ"};
    size_t length = strcspn(variable, "=");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strlen(names[i]) == length && strncmp(names[i], variable, length) == 0)
            return true;
    return strncmp(variable, "BOXWORK_", 8) == 0;
}

static int send_environment(struct run *run)
{
    static const char *const own[] = {
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME=/root",
        "USER=root",
        "LOGNAME=root",
        "SHELL=/bin/sh",
    };
    const char *const *more = run->job->environment;
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if (send_text(run, HOST_ENVIRONMENT, own[i]) == -1)
            return -1;
    for (char **variable = environ; *variable != NULL; variable++)
        if (goes_in(*variable) && send_text(run, HOST_ENVIRONMENT, *variable) == -1)
            return -1;
    for (; more != NULL && *more != NULL; more++)
        if (send_text(run, HOST_ENVIRONMENT, *more) == -1)
            return -1;
    return 0;
}

static int send_out(struct run *run)
{
    const char *const *out = run->job->out;
    char *path;
    for (; out != NULL && *out != NULL; out++) {
        if (asprintf(&path, "%s%s%s", (*out)[0] == '/' ? "" : run->directory,
                     (*out)[0] == '/' ? "" : "/", *out) == -1)
            return run_fault(run, MACHINE_NO_SPACE, "no memory");
        int result = send_text(run, HOST_OUT, path);
        free(path);
        if (result == -1)
            return -1;
    }
    return 0;
}

int messages_start(struct run *run)
{
    char *const *argument = run->job->command;
    struct timespec time;
    struct channel_terminal size = terminal_size(run);
    (void)clock_gettime(CLOCK_REALTIME, &time); /* cannot fail for this clock */
    if (relay_send(run, HOST_CLOCK, &time, sizeof time) == -1 ||
        send_text(run, HOST_DIRECTORY, run->directory) == -1 ||
        send_environment(run) == -1 || send_out(run) == -1)
        return -1;
    for (; argument != NULL && *argument != NULL; argument++)
        if (send_text(run, HOST_ARGUMENT, *argument) == -1)
            return -1;
    if (run->on_terminal && relay_send(run, HOST_TERMINAL, &size, sizeof size) == -1)
        return -1;
    if (relay_send(run, HOST_START, NULL, 0) == -1)
        return -1;
    if (run->quiet)
        return relay_send(run, HOST_INPUT_END, NULL, 0);
    return 0;
}

/* --- What it says --- */

static int nonsense(struct run *run, const char *what)
{
    return run_fault(run, MACHINE_HUNG, "the machine says what makes no sense: %s", what);
}

static int take_ready(struct run *run)
{
    if (run->ready)
        return nonsense(run, "it starts twice");
    run->ready = true;
    if (run->job->verbose)
        fprintf(stderr, "boxwork: machine: ready after %.2f s\n",
                (double)milliseconds_since(&run->started) / 1000);
    terminal_untell(run);
    terminal_raw(run);
    return messages_start(run);
}

static int take_output(struct run *run, int to, const char *data, size_t length)
{
    if (run->output_gone[to] || run->quiet)
        return 0;
    if (buffer_append(&run->output[to], data, length) == -1)
        return run_fault(run, MACHINE_NO_SPACE, "no memory for the output");
    return 0;
}

static int take_number(struct run *run, uint32_t type, uint32_t number)
{
    if (type == GUEST_TAKEN) {
        if (number > run->input_under_way)
            return nonsense(run, "more input was taken than there was");
        run->input_under_way -= number;
        return 0;
    }
    if (run->ended || number > 255)
        return nonsense(run, "the exit status");
    run->ended = true;
    run->result->status = (int)number;
    return 0;
}

static int take(struct run *run, uint32_t type, const char *data, size_t length)
{
    uint32_t number = 0;
    if (length == sizeof number)
        memcpy(&number, data, sizeof number);
    if (!run->ready && type != GUEST_READY)
        return nonsense(run, "it speaks too early");
    switch (type) {
    case GUEST_READY:
        return take_ready(run);
    case GUEST_OUTPUT:
        return take_output(run, STDOUT_FILENO, data, length);
    case GUEST_ERROR:
        return take_output(run, STDERR_FILENO, data, length);
    case GUEST_TAKEN:
    case GUEST_STATUS:
        return length == sizeof number ? take_number(run, type, number)
                                       : nonsense(run, "a number");
    case GUEST_FOLDER:
        return results_folder(run, data, length);
    case GUEST_FILES:
        return results_files(run, data, length);
    case GUEST_ASK:
        return answer_start(run, data, length);
    case GUEST_PONG:
        return 0; /* that it came is enough */
    case GUEST_END:
        run->done = run->ended;
        return run->done ? results_finish(run) : nonsense(run, "an end without a status");
    default:
        return nonsense(run, "an unknown message");
    }
}

void messages_take(struct run *run)
{
    struct buffer *in = &run->from_machine;
    struct channel_head head;
    while (!run->failed && !run->done && in->length >= sizeof head &&
           run->output[1].length == 0 && run->output[2].length == 0) {
        memcpy(&head, buffer_start(in), sizeof head);
        if (head.length > CHANNEL_LARGEST) {
            (void)nonsense(run, "a message that is too long");
            return;
        }
        if (in->length < sizeof head + head.length)
            return;
        (void)take(run, head.type, buffer_start(in) + sizeof head, head.length);
        buffer_take(in, sizeof head + head.length);
    }
}
