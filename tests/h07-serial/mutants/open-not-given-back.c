/* Saves the settings when they are changed already.
 *
 * @fails open.back
 */
#include <string.h>
#include <unistd.h>
#include "serial.h"

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
    if (tcsetattr(fd, TCSANOW, &raw) == -1 || tcgetattr(fd, &terminal->saved) == -1)
        return -1;
    terminal->raw = true;
    return 0;
}
