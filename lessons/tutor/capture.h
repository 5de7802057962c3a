/* capture.h - stdout and stderr of a command, shown and kept: the session's side.
 *
 * While a command runs, descriptors 1 and 2 are the end of a pty (when the session is on a
 * terminal; programs then behave as on the terminal itself) or of a pipe. The keeper
 * (supervise.h) holds the other end.
 */
#ifndef CAPTURE_H
#define CAPTURE_H

#include <stdbool.h>
#include "supervise.h"

struct capture {
    struct supervise supervise;
    int out, error; /* the session's own stdout and stderr, kept here during a command */
    int input;     /* its own stdin, kept while a command has another one; -1 otherwise */
    int slave;     /* the end that the command writes to; -1 when none runs */
    bool terminal; /* stdout is one */
};

/* Splits the process (supervise_start) and gets ready. Returns 0, or -1 with errno. */
int capture_start(struct capture *capture);

/* From here on all output is shown and kept. NO_INPUT: and stdin is /dev/null. Returns 0, or
 * -1 with errno; then nothing is captured, and the command may run all the same. */
int capture_begin(struct capture *capture, bool no_input);

/* Waits until all of it is shown. Returns the text, without escape sequences and carriage
 * returns; it is valid until the next capture_begin. "" when nothing was captured. */
const char *capture_end(struct capture *capture);

/* Whether the text of capture_end was too long to be kept whole. */
bool capture_was_cut(const struct capture *capture);

#endif
