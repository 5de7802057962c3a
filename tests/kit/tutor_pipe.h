/* tutor_pipe.h - a session of the tutor that reads a pipe and writes one.
 *
 * What it prints (stdout and stderr) is in `output`; a test says what it expects in there.
 */
#ifndef TUTOR_PIPE_H
#define TUTOR_PIPE_H

#include <poll.h>
#include <signal.h>
#include "tutor_world.h"

#define PATIENCE 20.0 /* seconds after which a session hangs */

static char output[8 << 20]; /* of the session that ran last: stdout and stderr */

struct running {
    pid_t pid;
    int in, out;
};

/* Starts build/t01 with these arguments, ended by NULL. */
static inline struct running start_session(char *const arguments[])
{
    int in[2], out[2];
    struct running running;

    assert_int_equal(pipe2(in, O_CLOEXEC), 0);
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    running.pid = fork();
    assert_true(running.pid >= 0);
    if (running.pid == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        dup2(out[1], 2);
        become_step(arguments);
    }
    close(in[0]);
    close(out[1]);
    running.in = in[1];
    running.out = out[0];
    return running;
}

/* Reads until the end, or until TEXT was read (may be NULL). */
static inline void read_until(struct running *running, const char *text)
{
    size_t length = strlen(output);
    double start = seconds();

    while (!(text && strstr(output, text))) {
        struct pollfd ready = {.fd = running->out, .events = POLLIN};
        if (poll(&ready, 1, 100) == 1) {
            ssize_t got = read(running->out, output + length, sizeof output - length - 1);
            if (got <= 0)
                return;
            length += (size_t)got;
            output[length] = '\0';
        } else if (seconds() - start > PATIENCE) {
            kill(running->pid, SIGKILL);
            fail_msg("it hangs after: %s", output);
        }
    }
}

static inline int end_session(struct running *running)
{
    int status;

    read_until(running, NULL);
    close(running->in);
    close(running->out);
    assert_int_equal(waitpid(running->pid, &status, 0), running->pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* A whole session that reads INPUT. Returns its exit status. */
static inline int session_of(char *const arguments[], const char *input)
{
    output[0] = '\0';
    struct running running = start_session(arguments);
    assert_int_equal(write(running.in, input, strlen(input)), strlen(input));
    close(running.in);
    running.in = open("/dev/null", O_RDONLY | O_CLOEXEC); /* end_session closes it */
    return end_session(&running);
}

static inline int session(const char *input)
{
    return session_of((char *[]){"t01", NULL}, input);
}

#define RUN(...) session_of((char *[]){"t01", __VA_ARGS__, NULL}, "")

static inline void expect(const char *text)
{
    if (!strstr(output, text))
        fail_msg("not found: <%s> in:\n%s", text, output);
}

static inline void expect_not(const char *text)
{
    if (strstr(output, text))
        fail_msg("found: <%s> in:\n%s", text, output);
}

static inline int number_after(const char *text)
{
    const char *found = strstr(output, text);

    if (!found)
        fail_msg("not found: <%s> in:\n%s", text, output);
    return found ? atoi(found + strlen(text)) : 0;
}

#endif
