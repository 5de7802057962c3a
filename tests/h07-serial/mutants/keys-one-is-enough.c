/* Ctrl-] alone leaves.
 *
 * @fails keys.split keys.escape
 */
#include <string.h>
#include <unistd.h>
#include "serial.h"

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
        if (bytes[i] == SERIAL_ESCAPE) {
            *leave = true;
            return kept;
        } else
            bytes[kept++] = bytes[i];
    }
    return kept;
}
