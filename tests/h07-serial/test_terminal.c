/* test_terminal.c - the judge of h07-serial: the terminal, as the kernel has it. The player
 * has a pty of its own; the judge opens its other end through /proc and asks. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include "seen.h"

/* --- serial_terminal_open --------------------------------------------------------- */

/* The settings of the player's terminal, which is its descriptor FD. */
static struct termios settings(struct player *player, int fd)
{
    char path[64];
    struct termios termios;

    snprintf(path, sizeof path, "/proc/%d/fd/%d", player_pid(player), fd);
    int terminal = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (terminal == -1)
        judge_cannot_run("the player's terminal: %s", strerror(errno));
    int result = tcgetattr(terminal, &termios);
    int error = errno;
    (void)close(terminal); /* nothing was written */
    if (result == -1)
        judge_cannot_run("tcgetattr: %s", strerror(error));
    return termios;
}

/* Opens a terminal; BEFORE and AFTER get its settings. */
static struct player *open_terminal(struct termios *before, struct termios *after,
                                    int *fd)
{
    struct player *player =
        seen_start(TERMINAL("pty", "ready", "open", "ready", "close", "ready", "close"));

    *fd = atoi(player_ready(player));
    *before = settings(player, *fd);
    player_go(player);
    judge_expect_string("serial_terminal_open of a terminal: its result, errno", "0 0 ",
                        player_ready(player));
    *after = settings(player, *fd);
    return player;
}

void open_makes_it_raw(void **state)
{
    struct termios before, after;
    int fd;

    (void)state;
    (void)open_terminal(&before, &after, &fd);
    judge_expect_number("ICANON: whether the terminal waits for whole lines", 0,
                        !!(after.c_lflag & ICANON));
    judge_expect_number("ECHO: whether it echoes", 0, !!(after.c_lflag & ECHO));
    judge_expect_number("ISIG: whether Ctrl-C is a signal", 0, !!(after.c_lflag & ISIG));
    judge_expect_number("IXON: whether Ctrl-S stops it", 0, !!(after.c_iflag & IXON));
    judge_expect_number("ICRNL: whether Enter becomes a newline", 0,
                        !!(after.c_iflag & ICRNL));
    judge_expect_number("VMIN: bytes that a read waits for", 1, after.c_cc[VMIN]);
}

void open_leaves_output(void **state)
{
    struct termios before, after;
    int fd;

    (void)state;
    (void)open_terminal(&before, &after, &fd);
    judge_expect_number("ICANON, of an open terminal", 0, !!(after.c_lflag & ICANON));
    judge_expect_number("c_oflag (OPOST 1, ONLCR 4): as it was",
                        (long long)before.c_oflag, (long long)after.c_oflag);
}

void open_can_be_undone(void **state)
{
    struct termios before, after, given_back;
    int fd;
    struct player *player = open_terminal(&before, &after, &fd);

    (void)state;
    player_go(player);
    (void)player_ready(player);
    given_back = settings(player, fd);
    judge_expect_number("c_lflag, when serial_terminal_close was called",
                        (long long)before.c_lflag, (long long)given_back.c_lflag);
    judge_expect_number("c_iflag, when serial_terminal_close was called",
                        (long long)before.c_iflag, (long long)given_back.c_iflag);
}

void open_leaves_a_pipe(void **state)
{
    struct player *player = seen_start(TERMINAL("pipe", "open", "keys:411d78"));

    (void)state;
    judge_expect_string("serial_terminal_open of a pipe: its result, errno; and what is "
                        "left of A, Ctrl-], x",
                        "0 0 stay x411d78 ", player_ready(player));
}

/* --- serial_terminal_keys --------------------------------------------------------- */

/* What is noted after SCRIPT must be NOTED. */
static void expect_keys(const char *what, const char *const *script, const char *noted)
{
    judge_expect_string(what, noted, player_ready(seen_start(script)));
}

void keys_leave(void **state)
{
    unsigned key = seen_random('a', 'w');

    (void)state;
    expect_keys("Ctrl-] x", TERMINAL("raw:1", "keys:1d78"), "leave x ");
    expect_keys("a key, Ctrl-] x, and a key behind it",
                TERMINAL("raw:1", word("keys:%02x1d78%02x", key, key)),
                word("leave x%02x ", key));
    expect_keys("x alone, and Ctrl-C", TERMINAL("raw:1", "keys:7803"), "stay x7803 ");
}

void keys_come_in_pieces(void **state)
{
    unsigned key = seen_random('a', 'w');

    (void)state;
    expect_keys("a key and Ctrl-]; then x: two reads",
                TERMINAL("raw:1", word("keys:%02x1d", key), "keys:78"),
                word("stay x%02x leave x ", key));
    expect_keys("Ctrl-]; then Ctrl-] and x: two reads",
                TERMINAL("raw:1", "keys:1d", "keys:1d78"), "stay x stay x1d78 ");
}

void keys_behind_an_escape(void **state)
{
    unsigned key = seen_random('a', 'w');

    (void)state;
    expect_keys("Ctrl-] twice, then x", TERMINAL("raw:1", "keys:1d1d78"), "stay x1d78 ");
    expect_keys("Ctrl-] and another key, then x",
                TERMINAL("raw:1", word("keys:1d%02x78", key)), "stay x78 ");
}

void keys_of_a_pipe(void **state)
{
    unsigned key = seen_random('a', 'w');

    (void)state;
    expect_keys("Ctrl-] x from a pipe, which is not filtered",
                TERMINAL("raw:0", word("keys:%02x1d78", key)),
                word("stay x%02x1d78 ", key));
}
