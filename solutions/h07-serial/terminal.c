/* terminal.c - the user's end of the serial line: a terminal without its own ideas.
 *
 * A terminal edits lines, echoes, and makes signals of keys. Here the guest does all
 * that, so the host's terminal must not. One thing must still be possible without the
 * guest: to leave.
 *
 * Read on: termios(3), tty(4).
 */
#include <string.h>
#include <unistd.h>
#include "serial.h"

/* Puts a terminal into raw mode.                              @lab 7.7 @points 10
 * termios(3): isatty, tcgetattr, cfmakeraw, tcsetattr.
 */
int serial_terminal_open(struct serial_terminal *terminal, int fd)
{
    *terminal = (struct serial_terminal){.fd = fd};
    /* 1. What is no terminal stays as it is. */
    if (!isatty(fd))
        return 0;
    /* 2. Remember how it is, and only then change it. Output keeps its settings: our own
     *    messages share it, and need their carriage returns. */
    if (tcgetattr(fd, &terminal->saved) == -1)
        return -1;
    struct termios raw = terminal->saved;
    cfmakeraw(&raw);
    raw.c_oflag = terminal->saved.c_oflag;
    if (tcsetattr(fd, TCSANOW, &raw) == -1)
        return -1;
    terminal->raw = true;
    return 0;
}

void serial_terminal_close(struct serial_terminal *terminal)
{
    if (terminal->raw)
        (void)tcsetattr(terminal->fd, TCSANOW, &terminal->saved); /* it may be gone */
    terminal->raw = false;
}

/* Finds the keys that leave.                                  @lab 7.8 @points 10 */
size_t serial_terminal_keys(struct serial_terminal *terminal, uint8_t *bytes,
                            size_t length, bool *leave)
{
    size_t kept = 0;
    *leave = false;
    if (!terminal->raw)
        return length;
    for (size_t i = 0; i < length; i++) {
        /* 1. Behind an escape: x leaves, a second escape is meant for the guest, any
         *    other key is forgotten with the escape. */
        if (terminal->escaped) {
            terminal->escaped = false;
            if (bytes[i] == 'x') {
                *leave = true;
                return kept;
            }
            if (bytes[i] == SERIAL_ESCAPE)
                bytes[kept++] = SERIAL_ESCAPE;
            continue;
        }
        /* 2. An escape waits for the next key, which may come with the next read. */
        if (bytes[i] == SERIAL_ESCAPE)
            terminal->escaped = true;
        else
            bytes[kept++] = bytes[i];
    }
    return kept;
}
