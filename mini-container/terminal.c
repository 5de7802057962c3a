/* terminal.c - a terminal of its own for the container.
 *
 * The container's terminal comes from its own /dev/pts, so the host's is never inside: nobody
 * there can type into it (TIOCSTI), and nothing of the host's /dev/pts shows. The child keeps one
 * side and sends the other one to us through the channel; we put our own terminal into raw
 * mode, so that every key, Ctrl-C too, goes through to where it means something.
 *
 * Read on: pty(7), ioctl_tty(2), termios(3), unix(7) (SCM_RIGHTS).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cleanup.h"
#include "container.h"
#include "inside.h"

int terminal_send(int channel, const struct report *report, int descriptor)
{
    struct report copy = *report;
    struct iovec data = {.iov_base = &copy, .iov_len = sizeof copy};
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr aligned;
    } control = {{0}};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1};

    if (descriptor != -1) {
        message.msg_control = &control;
        message.msg_controllen = sizeof control;
        struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
        *rights = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int)),
                                   .cmsg_level = SOL_SOCKET,
                                   .cmsg_type = SCM_RIGHTS};
        memcpy(CMSG_DATA(rights), &descriptor, sizeof descriptor);
    }
    return sendmsg(channel, &message, MSG_NOSIGNAL) == -1 ? -1 : 0;
}

ssize_t terminal_receive(int channel, struct report *report, int *descriptor)
{
    struct iovec data = {.iov_base = report, .iov_len = sizeof *report};
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr aligned;
    } control;
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    ssize_t size;

    /* A child that ends without having read all that we sent leaves ECONNRESET behind, in front of
     * the last words that it sent itself. It is reported once. */
    do
        size = recvmsg(channel, &message, MSG_CMSG_CLOEXEC);
    while (size == -1 && (errno == EINTR || errno == ECONNRESET));
    struct cmsghdr *rights = size > 0 ? CMSG_FIRSTHDR(&message) : NULL;

    *descriptor = -1;
    if (rights && rights->cmsg_level == SOL_SOCKET && rights->cmsg_type == SCM_RIGHTS)
        memcpy(descriptor, CMSG_DATA(rights), sizeof *descriptor);
    return size;
}

int terminal_make(struct container *c)
{
    int unlocked = 0;
    /* Not blocking: a program that does not read what is typed must not stop us, who have its
     * output, its end and the time to attend to. */
    CLEANUP_CLOSE int ours =
        inside_open(c->root, "/dev/pts/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

    if (ours == -1 || ioctl(ours, TIOCSPTLCK, &unlocked) == -1)
        return -1;
    /* The other side by this descriptor, not by a path that could be something else. */
    CLEANUP_CLOSE int theirs = ioctl(ours, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (theirs == -1 || ioctl(theirs, TIOCSWINSZ, &c->size) == -1 ||
        ioctl(theirs, TIOCSCTTY, 0) == -1 || fchown(theirs, c->uid, c->gid) == -1)
        return -1;
    for (int fd = 0; fd <= 2; fd++) {
        if (dup2(theirs, fd) == -1)
            return -1;
    }
    return terminal_send(c->channel, &(struct report){.kind = TERMINAL}, ours);
}

/* Where output is shown. If nobody reads it, we must not wait there: who set O_NONBLOCK on our
 * standard output would set it for all who share it, but what is opened anew is our own. A socket
 * cannot be, and needs not: see terminal_show. A file never makes anybody wait, and opened anew
 * it would be written from its beginning. */
static int open_screen(void)
{
    struct stat status;
    int screen = -1;

    if (fstat(STDOUT_FILENO, &status) == 0 &&
        (S_ISCHR(status.st_mode) || S_ISFIFO(status.st_mode)))
        screen = open("/proc/self/fd/1", O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    return screen != -1 ? screen : fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
}

int terminal_raw(struct container *c)
{
    struct termios raw;

    if ((c->screen = open_screen()) == -1)
        return -1;

    if (tcgetattr(STDIN_FILENO, &c->saved) == -1)
        return -1;
    raw = c->saved;
    cfmakeraw(&raw);
    if (tcsetattr(STDIN_FILENO, TCSANOW, &raw) == -1)
        return -1;
    c->raw = true;
    return terminal_resize(c);
}

void terminal_restore(struct container *c)
{
    if (c->raw)
        (void)tcsetattr(STDIN_FILENO, TCSADRAIN, &c->saved); /* or the terminal is gone */
    c->raw = false;
}

int terminal_resize(const struct container *c)
{
    struct winsize size;

    if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == -1)
        return -1;
    return ioctl(c->terminal, TIOCSWINSZ, &size);
}

int terminal_read(struct container *c)
{
    ssize_t size = TEMP_FAILURE_RETRY(read(c->terminal, c->output, sizeof c->output));

    if (size <= 0) /* EIO: nobody has the other side open any more */
        return -1;
    c->unshown = (size_t)size;
    return terminal_show(c);
}

int terminal_show(struct container *c)
{
    ssize_t part = TEMP_FAILURE_RETRY(
        send(c->screen, c->output, c->unshown, MSG_DONTWAIT | MSG_NOSIGNAL));

    if (part == -1 && errno == ENOTSOCK)
        part = TEMP_FAILURE_RETRY(write(c->screen, c->output, c->unshown));
    if (part == -1)
        return errno == EAGAIN ? 0 : -1;
    c->unshown -= (size_t)part;
    memmove(c->output, c->output + part, c->unshown);
    return 0;
}

int terminal_keys(struct container *c)
{
    ssize_t size = TEMP_FAILURE_RETRY(read(STDIN_FILENO, c->keys, sizeof c->keys));

    if (size <= 0)
        return -1;
    c->typed = (size_t)size;
    return terminal_type(c);
}

int terminal_type(struct container *c)
{
    ssize_t part = TEMP_FAILURE_RETRY(write(c->terminal, c->keys, c->typed));

    if (part == -1)
        return errno == EAGAIN ? 0 : -1;
    c->typed -= (size_t)part;
    memmove(c->keys, c->keys + part, c->typed);
    return 0;
}
