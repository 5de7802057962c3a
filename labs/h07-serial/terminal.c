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
#include "lab.h"

/* Puts a terminal into raw mode.                              @lab 7.7 @points 10
 * termios(3): isatty, tcgetattr, cfmakeraw, tcsetattr.
 */
int serial_terminal_open(struct serial_terminal *terminal, int fd)
{
    /* 1. What is no terminal stays as it is. */
    /* 2. Remember how it is, and only then change it. Output keeps its settings: our own
     *    messages share it, and need their carriage returns. */
    LAB_TODO("7.7", serial_terminal_open);
    return -1;
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
    /* 1. Behind an escape: x leaves, a second escape is meant for the guest, any
     *    other key is forgotten with the escape. */
    /* 2. An escape waits for the next key, which may come with the next read. */
    LAB_TODO("7.8", serial_terminal_keys);
    return 0;
}
