/* session.c - the session with the host: from the job to the files that come back.
 *
 * One loop waits for everything at once: messages of the host, output of the command, room in
 * its input, its end, programs that ask. No step of it waits for the command, so that the
 * host's signals, window sizes and pings are always heard.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "inside.h"

struct session {
    int port, children; /* children: a signalfd of SIGCHLD */
    struct command command;
    struct ask ask;
    char input[CHANNEL_INPUT]; /* what the command has not taken yet */
    size_t input_length;
    bool input_ended, command_ended;
    uint32_t status;
};

static char message[CHANNEL_LARGEST + 1];

/* --- The job --- */

static void set_clock(const char *data, size_t length)
{
    struct timespec now;
    if (length != sizeof now)
        return;
    memcpy(&now, data, sizeof now);
    (void)clock_settime(CLOCK_REALTIME, &now); /* wrong, but running */
}

static void receive_job(struct session *session)
{
    struct command *command = &session->command;
    struct channel_head head;
    do {
        head = port_receive(session->port, message);
        if (head.type == HOST_ARGUMENT)
            command_add(&command->arguments, message);
        else if (head.type == HOST_ENVIRONMENT)
            command_add(&command->environment, message);
        else if (head.type == HOST_DIRECTORY)
            command->directory = strdup(message);
        else if (head.type == HOST_OUT && command->out_count < OUT_FOLDERS)
            command->out[command->out_count++] = strdup(message);
        else if (head.type == HOST_CLOCK)
            set_clock(message, head.length);
        else if (head.type == HOST_TERMINAL && head.length == sizeof command->terminal) {
            command->on_terminal = true;
            memcpy(&command->terminal, message, sizeof command->terminal);
        }
    } while (head.type != HOST_START);
    if (command->directory == NULL)
        give_up("the job has no working directory");
}

/* --- Input --- */

static void close_input(struct session *session)
{
    if (session->command.input != -1)
        (void)close(session->command.input);
    session->command.input = -1;
}

/* Gives the command as much as it takes, and tells the host, who then sends more. */
static void pass_input(struct session *session)
{
    uint32_t taken = (uint32_t)session->input_length;
    if (session->command.input != -1 && taken > 0) {
        ssize_t n = write(session->command.input, session->input, taken);
        if (n == -1 && errno != EAGAIN)
            close_input(session); /* nobody reads it: what comes is dropped */
        else
            taken = n > 0 ? (uint32_t)n : 0;
    }
    session->input_length -= taken;
    memmove(session->input, session->input + taken, session->input_length);
    if (taken > 0)
        port_send(session->port, GUEST_TAKEN, &taken, sizeof taken);
    if (session->input_ended && session->input_length == 0)
        close_input(session);
}

/* --- Output --- */

/* Sends on what the command printed. Returns 1 when there was something, 0 when there is
 * nothing at the moment, -1 at its end. */
static int pass_output(struct session *session, int *from, uint32_t type)
{
    static char data[CHANNEL_CHUNK];
    ssize_t n = *from == -1 ? 0 : read(*from, data, sizeof data);
    if (n > 0) {
        port_send(session->port, type, data, (size_t)n);
        return 1;
    }
    if (n == -1 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (*from != -1)
        (void)close(*from); /* the end; a terminal says EIO */
    *from = -1;
    return -1;
}

/* The command has ended: what it printed is all there, but what it left running may hold the
 * other end, so that waiting for the end of the pipe could take for ever. A terminal hands its
 * data over a moment later, and is given that moment. */
static void drain(struct session *session)
{
    enum { MOMENTS = 50 };
    const struct timespec moment = {.tv_nsec = 2000000};
    struct command *command = &session->command;
    int left = command->on_terminal ? MOMENTS : 0, result;
    while ((result = pass_output(session, &command->output, GUEST_OUTPUT)) == 1 ||
           (result == 0 && left-- > 0))
        if (result == 0)
            (void)nanosleep(&moment, NULL);
    while (pass_output(session, &command->error, GUEST_ERROR) == 1)
        ;
}

/* --- Messages and children --- */

static void send_signal(struct session *session, const char *data, size_t length)
{
    uint32_t number;
    if (length != sizeof number || session->command_ended)
        return;
    memcpy(&number, data, sizeof number);
    (void)kill(-session->command.pid,
               (int)number); /* gone already: its end is on its way */
}

static void output_gone(struct session *session, const char *data, size_t length)
{
    uint32_t number;
    if (length != sizeof number)
        return;
    memcpy(&number, data, sizeof number);
    int *end = number == 2 ? &session->command.error : &session->command.output;
    if (*end != -1)
        (void)close(*end); /* the command gets SIGPIPE, as it would have out there */
    *end = -1;
}

static void take_message(struct session *session)
{
    struct channel_head head = port_receive(session->port, message);
    struct channel_terminal size;
    switch (head.type) {
    case HOST_INPUT:
        if (session->input_length + head.length <= sizeof session->input) {
            memcpy(session->input + session->input_length, message, head.length);
            session->input_length += head.length;
        }
        pass_input(session);
        break;
    case HOST_INPUT_END:
        session->input_ended = true;
        pass_input(session);
        break;
    case HOST_SIZE:
        if (head.length == sizeof size) {
            memcpy(&size, message, sizeof size);
            command_resize(&session->command, &size);
        }
        break;
    case HOST_SIGNAL:
        send_signal(session, message, head.length);
        break;
    case HOST_OUTPUT_GONE:
        output_gone(session, message, head.length);
        break;
    case HOST_PING:
        port_send(session->port, GUEST_PONG, NULL, 0);
        break;
    case HOST_ANSWER_OUT:
    case HOST_ANSWER_ERR:
    case HOST_FILES:
    case HOST_ANSWER:
        ask_answer(&session->ask, &head, message);
        break;
    default:
        break; /* a host that knows more than we do */
    }
}

/* Process 1 inherits every orphan, and buries it. */
static void bury(struct session *session)
{
    struct signalfd_siginfo ignored;
    int status;
    pid_t pid;
    (void)!read(session->children, &ignored, sizeof ignored); /* only empties it */
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (pid != session->command.pid)
            continue;
        session->command_ended = true;
        session->status = WIFSIGNALED(status) ? 128 + (uint32_t)WTERMSIG(status)
                                              : (uint32_t)WEXITSTATUS(status);
    }
}

static void wait_and_pass(struct session *session)
{
    enum { PORT, CHILDREN, OUTPUT, ERROR, INPUT, ASK, COUNT };
    struct command *command = &session->command;
    /* poll leaves out what is -1 */
    struct pollfd ready[COUNT] = {
        [PORT] = {session->port, POLLIN, 0},
        [CHILDREN] = {session->children, POLLIN, 0},
        [OUTPUT] = {command->output, POLLIN, 0},
        [ERROR] = {command->error, POLLIN, 0},
        [INPUT] = {session->input_length > 0 ? command->input : -1, POLLOUT, 0},
        [ASK] = {session->ask.asker == -1 ? session->ask.listener : -1, POLLIN, 0},
    };
    if (poll(ready, COUNT, -1) == -1)
        return; /* EINTR */
    if (ready[OUTPUT].revents != 0)
        (void)pass_output(session, &command->output, GUEST_OUTPUT);
    if (ready[ERROR].revents != 0)
        (void)pass_output(session, &command->error, GUEST_ERROR);
    if (ready[INPUT].revents != 0)
        pass_input(session);
    if (ready[ASK].revents != 0)
        ask_accept(&session->ask, session->port);
    if (ready[PORT].revents != 0)
        take_message(session);
    if (ready[CHILDREN].revents != 0)
        bury(session);
}

/* --- Results --- */

/* Sends a folder as a tar archive, made by busybox. */
static void send_folder(struct session *session, uint32_t number)
{
    static char data[CHANNEL_CHUNK];
    int ends[2];
    ssize_t n;
    if (pipe(ends) == -1)
        give_up("a pipe");
    pid_t child = fork();
    if (child == 0) {
        sigset_t none;
        (void)sigemptyset(&none); /* cannot fail */
        if (sigprocmask(SIG_SETMASK, &none, NULL) == 0 && dup2(ends[1], 1) == 1 &&
            close(ends[0]) == 0)
            execl("/bin/busybox", "tar", "-c", "-f", "-", "-C",
                  session->command.out[number], ".", NULL);
        _exit(127);
    }
    (void)close(ends[1]);
    port_send(session->port, GUEST_FOLDER, &number, sizeof number);
    while ((n = read(ends[0], data, sizeof data)) > 0)
        port_send(session->port, GUEST_FILES, data, (size_t)n);
    (void)close(ends[0]);
}

void session_run(int port)
{
    static struct session session;
    sigset_t child;
    session.port = port;
    (void)sigemptyset(&child); /* neither can fail */
    (void)sigaddset(&child, SIGCHLD);
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR ||
        sigprocmask(SIG_BLOCK, &child, NULL) == -1 ||
        (session.children = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK)) == -1)
        give_up("signals");
    port_send(port, GUEST_READY, NULL, 0);
    receive_job(&session);
    ask_open(&session.ask);
    command_start(&session.command);
    while (!session.command_ended)
        wait_and_pass(&session);
    drain(&session);
    port_send(port, GUEST_STATUS, &session.status, sizeof session.status);
    for (int i = 0; i < session.command.out_count; i++)
        send_folder(&session, (uint32_t)i);
    port_send(port, GUEST_END, NULL, 0);
    for (;;)
        (void)pause(); /* the host ends the machine now */
}
