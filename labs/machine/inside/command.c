/* command.c - starts the command: its folders, its terminal or its pipes, its surroundings.
 *
 * The command leads a session of its own. With a terminal it gets a fresh one (a pty), as its
 * controlling terminal, so that Ctrl-C and the size of the window work as usual; without, its
 * three standard descriptors are three pipes.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include "inside.h"

void command_add(char ***list, const char *text)
{
    size_t count = 0;
    while (*list != NULL && (*list)[count] != NULL)
        count++;
    char **longer = realloc(*list, (count + 2) * sizeof *longer);
    if (longer == NULL || (longer[count] = strdup(text)) == NULL)
        give_up("no memory for the command");
    longer[count + 1] = NULL;
    *list = longer;
}

void make_folders(const char *path)
{
    char part[4096];
    for (const char *slash = strchr(path + 1, '/'); slash != NULL;
         slash = strchr(slash + 1, '/')) {
        (void)snprintf(part, sizeof part, "%.*s", (int)(slash - path), path);
        (void)mkdir(part, 0755); /* there already, mostly; the last one tells */
    }
    (void)mkdir(path, 0755);
}

static void run_shell(struct command *command)
{
    command_add(&command->arguments, "-sh"); /* the dash makes it read /etc/profile */
    execve("/bin/sh", command->arguments, command->environment);
}

/* In the child: becomes the command. */
static _Noreturn void become(struct command *command)
{
    sigset_t none;
    (void)sigemptyset(&none); /* cannot fail */
    if (sigprocmask(SIG_SETMASK, &none, NULL) == -1 ||
        signal(SIGPIPE, SIG_DFL) == SIG_ERR || setpriority(PRIO_PROCESS, 0, 0) == -1)
        _exit(126);
    make_folders(command->directory);
    if (chdir(command->directory) == -1) {
        fprintf(stderr, "boxwork: machine: %s: %s\n", command->directory,
                strerror(errno));
        _exit(126);
    }
    environ = command->environment; /* execvp looks PATH up there */
    if (command->arguments == NULL)
        run_shell(command);
    else
        execvp(command->arguments[0], command->arguments);
    int error = errno;
    fprintf(stderr, "boxwork: machine: %s: %s\n",
            command->arguments != NULL ? command->arguments[0] : "/bin/sh",
            error == ENOENT ? "not found in the machine" : strerror(error));
    _exit(error == ENOENT ? 127 : 126); /* as a shell does */
}

static void make_pipe(int ends[2])
{
    if (pipe2(ends, O_CLOEXEC) == -1)
        give_up("a pipe");
}

static void do_not_block(int descriptor)
{
    if (descriptor != -1 && fcntl(descriptor, F_SETFL, O_NONBLOCK) == -1)
        give_up("a pipe");
}

/* THEIRS gets the three descriptors that the command starts with. */
static void connect(struct command *command, int theirs[3])
{
    int pipes[2];
    command->error = -1;
    if (command->on_terminal) {
        struct winsize size = {.ws_row = command->terminal.rows,
                               .ws_col = command->terminal.columns};
        int master, slave;
        if (openpty(&master, &slave, NULL, NULL, &size) == -1 ||
            fcntl(master, F_SETFD, FD_CLOEXEC) == -1)
            give_up("a terminal");
        command->output = master;
        command->input = fcntl(master, F_DUPFD_CLOEXEC, 0);
        theirs[0] = theirs[1] = theirs[2] = slave;
    } else {
        make_pipe(pipes);
        theirs[0] = pipes[0];
        command->input = pipes[1];
        make_pipe(pipes);
        theirs[1] = pipes[1];
        command->output = pipes[0];
    }
    if (!command->on_terminal || !command->terminal.error) {
        make_pipe(pipes);
        theirs[2] = pipes[1];
        command->error = pipes[0];
    }
    do_not_block(command->input);
    do_not_block(command->output);
    do_not_block(command->error);
}

void command_start(struct command *command)
{
    int theirs[3];
    for (int i = 0; i < command->out_count; i++)
        make_folders(command->out[i]);
    connect(command, theirs);
    command->pid = fork();
    if (command->pid == -1)
        give_up("fork");
    if (command->pid == 0) {
        if (setsid() == -1 ||
            (command->on_terminal && ioctl(theirs[0], TIOCSCTTY, 0) == -1))
            _exit(126);
        for (int i = 0; i < 3; i++)
            if (dup2(theirs[i], i) == -1)
                _exit(126);
        for (int i = 0; i < 3; i++)
            if (theirs[i] > STDERR_FILENO)
                (void)close(theirs[i]); /* a second time for the terminal: no matter */
        become(command);
    }
    (void)close(theirs[0]);
    if (theirs[1] != theirs[0])
        (void)close(theirs[1]);
    if (theirs[2] != theirs[0])
        (void)close(theirs[2]);
}

void command_resize(const struct command *command, const struct channel_terminal *size)
{
    struct winsize window = {.ws_row = size->rows, .ws_col = size->columns};
    if (command->on_terminal && command->output != -1)
        (void)ioctl(command->output, TIOCSWINSZ, &window); /* the old size is no harm */
}
