/* machine_terminal.c - this terminal, while a command in the machine uses it.
 *
 * The command has a terminal of its own inside, which echoes, edits lines and turns Ctrl-C
 * into a signal. So this one must do none of that: it is in raw mode, and every key goes in.
 *
 * Read on: termios(3), "Raw mode".
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "run.h"

void terminal_prepare(struct run *run)
{
    run->on_terminal = !run->quiet && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) &&
                       tcgetattr(STDIN_FILENO, &run->terminal) == 0;
}

void terminal_raw(struct run *run)
{
    struct termios raw = run->terminal;
    if (!run->on_terminal || run->raw)
        return;
    cfmakeraw(&raw);
    run->raw = tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0;
}

void terminal_restore(struct run *run)
{
    if (run->raw)
        (void)tcsetattr(STDIN_FILENO, TCSADRAIN, &run->terminal); /* gone: no harm */
    run->raw = false;
}

struct channel_terminal terminal_size(const struct run *run)
{
    struct winsize window = {.ws_row = 24, .ws_col = 80};
    (void)ioctl(STDOUT_FILENO, TIOCGWINSZ, &window); /* the usual size stays */
    return (struct channel_terminal){
        .rows = window.ws_row,
        .columns = window.ws_col,
        .error = run->on_terminal && isatty(STDERR_FILENO),
    };
}

void terminal_tell(struct run *run, const char *text)
{
    if (run->quiet || run->job->verbose || !isatty(STDERR_FILENO))
        return;
    fprintf(stderr, "\r%s …\033[K", text);
    run->told = true;
}

void terminal_untell(struct run *run)
{
    if (run->told)
        fprintf(stderr, "\r\033[K");
    run->told = false;
}
