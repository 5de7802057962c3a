/* capture.c - stdout and stderr of a command, shown and kept: the session's side.
 *
 * The pty has its output processing off: what comes out is what was written, and the real
 * terminal does to it what it does to everything. A new pty or pipe for each command keeps
 * the late output of a background process out of the next command's text.
 *
 * Read on: capture.h; pty(7), termios(3) (OPOST), ioctl_tty(2) (TIOCSWINSZ).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include "capture.h"
#include "match.h"

#define HIGH                                                                             \
    200 /* the session's own descriptors are out of the way of a program's 3, 4, ... */

static int copy_high(int fd)
{
    return fcntl(fd, F_DUPFD_CLOEXEC, HIGH);
}

int capture_start(struct capture *capture)
{
    *capture = (struct capture){.slave = -1, .input = -1};
    capture->terminal = isatty(STDOUT_FILENO);
    if (supervise_start(&capture->supervise) == -1)
        return -1;
    capture->out = copy_high(STDOUT_FILENO);
    capture->error = copy_high(STDERR_FILENO);
    return capture->out == -1 || capture->error == -1 ? -1 : 0;
}

/* A pty of the same size as the terminal: ENDS[0] to read, ENDS[1] to write, as pipe(2). */
static int open_pty(const struct capture *capture, int ends[2])
{
    struct termios mode;
    struct winsize size;
    char name[64];

    ends[0] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (ends[0] == -1)
        return -1;
    ends[1] = -1;
    if (grantpt(ends[0]) == -1 || unlockpt(ends[0]) == -1 ||
        ptsname_r(ends[0], name, sizeof name) != 0)
        goto bad;
    ends[1] = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (ends[1] == -1 || tcgetattr(ends[1], &mode) == -1)
        goto bad;
    mode.c_oflag &= ~(tcflag_t)OPOST;
    mode.c_lflag &= ~(tcflag_t)ECHO;
    if (tcsetattr(ends[1], TCSANOW, &mode) == -1)
        goto bad;
    if (ioctl(capture->out, TIOCGWINSZ, &size) == 0)
        (void)ioctl(ends[1], TIOCSWINSZ, &size); /* without it programs use 80 columns */
    return 0;
bad:
    if (ends[1] != -1)
        close(ends[1]);
    close(ends[0]);
    return -1;
}

static int replace_input(struct capture *capture)
{
    capture->input = copy_high(STDIN_FILENO);
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (null == -1)
        return -1;
    int result = dup2(null, STDIN_FILENO);
    close(null);
    return result == -1 ? -1 : 0;
}

int capture_begin(struct capture *capture, bool no_input)
{
    int ends[2];

    if (no_input && replace_input(capture) == -1)
        return -1;
    /* where there is no devpts, a pipe is better than nothing */
    if (!(capture->terminal && open_pty(capture, ends) == 0) &&
        pipe2(ends, O_CLOEXEC) == -1)
        return -1;
    capture->slave = copy_high(ends[1]);
    close(ends[1]);
    if (capture->slave == -1 || supervise_give(&capture->supervise, ends[0]) == -1) {
        close(ends[0]);
        return -1;
    }
    close(ends[0]);
    (void)fflush(stdout); /* an error shows at the next write */
    if (dup2(capture->slave, STDOUT_FILENO) == -1 ||
        dup2(capture->slave, STDERR_FILENO) == -1)
        return -1;
    return 0;
}

/* Writes the mark. Returns -1 when nobody can read it (the pty was hung up). */
static int write_mark(const struct capture *capture)
{
    const char *mark = capture->supervise.shared->mark;
    size_t length = strlen(mark);

    while (length > 0) {
        ssize_t written = write(capture->slave, mark, length);
        if (written == -1 && errno != EINTR)
            return -1;
        if (written > 0) {
            mark += written;
            length -= (size_t)written;
        }
    }
    return 0;
}

const char *capture_end(struct capture *capture)
{
    struct supervise_shared *shared = capture->supervise.shared;

    (void)fflush(stdout);
    (void)dup2(capture->out,
               STDOUT_FILENO); /* both are open, which is all that it needs */
    (void)dup2(capture->error, STDERR_FILENO);
    if (capture->input != -1) {
        (void)dup2(capture->input, STDIN_FILENO);
        close(capture->input);
        capture->input = -1;
    }
    if (capture->slave == -1)
        return "";
    bool shown = write_mark(capture) == 0 && supervise_wait(&capture->supervise) == 0;
    close(capture->slave);
    capture->slave = -1;
    if (!shown)
        return "";
    match_strip(shared->kept);
    return shared->kept;
}

bool capture_was_cut(const struct capture *capture)
{
    return capture->supervise.shared->cut;
}
