/* machine_relay.c - passes input, output, signals and messages on until the run is over.
 *
 * One loop waits for whatever comes next. It never waits inside: what cannot be written at
 * once is kept, and while our own output is held up (a pager that waits for a key) nothing
 * more is read from the machine, whose command then waits as it would anywhere.
 *
 * It also keeps the time: the limit of the run, the machine's sign of life (a ping every few
 * seconds; a kernel that is stuck answers none), and the patience after a signal.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "run.h"

enum {
    BOOT_LIMIT = 90 * 1000, /* ms; a boot takes two seconds, on a busy host ten */
    PING_EVERY = 5 * 1000,
    SILENCE = 120 * 1000, /* without any answer: the machine hangs */
    PATIENCE = 2 * 1000,  /* for the command to end after a signal */
    QUEUE = 1024 * 1024,  /* bytes for the machine before we stop reading more */
    MOST_QUEUED = 16 * QUEUE,
    TEXT_KEPT = 64 * 1024, /* of the kernel's log */
    PIECE = 4096,          /* PIPE_BUF: a pipe that is ready takes so much at once */
};

int relay_send(struct run *run, uint32_t type, const void *data, size_t length)
{
    struct channel_head head = {.type = type, .length = (uint32_t)length};
    /* What we are asked is answered at once, so a machine that asks and asks and takes no answer
     * would fill our memory. */
    if (run->to_machine.length > MOST_QUEUED)
        return run_fault(run, MACHINE_HUNG, "the machine does not take what it is sent");
    if (buffer_append(&run->to_machine, &head, sizeof head) == -1 ||
        buffer_append(&run->to_machine, data, length) == -1)
        return run_fault(run, MACHINE_NO_SPACE, "no memory for what the machine gets");
    return 0;
}

/* --- The channel --- */

static void write_channel(struct run *run)
{
    ssize_t n = send(run->channel, buffer_start(&run->to_machine), run->to_machine.length,
                     MSG_NOSIGNAL);
    if (n > 0)
        buffer_take(&run->to_machine, (size_t)n);
    /* QEMU has ended: its pidfd says so, and why is found out there. */
}

/* Returns false when there is nothing more to read. */
static bool read_channel(struct run *run)
{
    static char data[CHANNEL_LARGEST];
    ssize_t n = read(run->channel, data, sizeof data);
    if (n <= 0)
        return false;
    run->last_heard = now();
    run->pinged = false;
    if (buffer_append(&run->from_machine, data, (size_t)n) == -1)
        (void)run_fault(run, MACHINE_NO_SPACE, "no memory for what the machine sends");
    messages_take(run);
    return true;
}

/* Keeps the end of what the kernel or QEMU says; with --verbose it is shown as well. */
static void read_text(struct run *run, int *from, struct buffer *text)
{
    char data[PIECE];
    ssize_t n;
    while ((n = read(*from, data, sizeof data)) > 0) {
        if (run->job->verbose)
            (void)!write(STDERR_FILENO, data, (size_t)n);
        if (buffer_append(text, data, (size_t)n) == -1)
            return; /* the fault's reason will be less clear, no more */
        if (text->length > TEXT_KEPT)
            buffer_take(text, text->length - TEXT_KEPT);
    }
    if (n == 0) {
        (void)close(*from);
        *from = -1;
    }
}

/* --- Our own input and output --- */

static void read_input(struct run *run)
{
    char data[CHANNEL_CHUNK];
    size_t room = CHANNEL_INPUT - run->input_under_way;
    ssize_t n = read(STDIN_FILENO, data, room < sizeof data ? room : sizeof data);
    if (n == -1 && (errno == EINTR || errno == EAGAIN))
        return;
    if (n <= 0) { /* the end, or a terminal that is gone */
        run->input_open = false;
        (void)relay_send(run, HOST_INPUT_END, NULL, 0);
        return;
    }
    run->input_under_way += (size_t)n;
    (void)relay_send(run, HOST_INPUT, data, (size_t)n);
}

static void write_output(struct run *run, int to)
{
    struct buffer *pending = &run->output[to];
    ssize_t n = write(to, buffer_start(pending),
                      pending->length < PIECE ? pending->length : PIECE);
    if (n >= 0) {
        buffer_take(pending, (size_t)n);
    } else if (errno != EAGAIN && errno != EINTR) {
        /* Nobody reads it any more: the command shall see that as it would out here. */
        uint32_t number = (uint32_t)to;
        run->output_gone[to] = true;
        buffer_take(pending, pending->length);
        (void)relay_send(run, HOST_OUTPUT_GONE, &number, sizeof number);
    }
    messages_take(run);
}

/* --- Signals and time --- */

static void take_signal(struct run *run)
{
    struct signalfd_siginfo info;
    if (read(run->signals, &info, sizeof info) != sizeof info)
        return;
    if (info.ssi_signo == SIGWINCH) {
        struct channel_terminal size = terminal_size(run);
        if (run->on_terminal && run->ready)
            (void)relay_send(run, HOST_SIZE, &size, sizeof size);
        return;
    }
    uint32_t number = info.ssi_signo;
    if (run->caught == 0 && run->ready && !run->ended) {
        run->patience = now();
        (void)relay_send(run, HOST_SIGNAL, &number, sizeof number);
    } else {
        run->result->signal = (int)number;
        (void)run_fault(run, MACHINE_INTERRUPTED, "ended by signal %d (%s)", (int)number,
                        strsignal((int)number));
    }
    run->caught = (int)number;
}

/* Whether our own output is what holds everything up. */
static bool held_up(const struct run *run)
{
    return run->output[1].length > 0 || run->output[2].length > 0;
}

static void take_time(struct run *run)
{
    const struct machine_job *job = run->job;
    if (job->timeout > 0 && milliseconds_since(&run->started) >= job->timeout * 1000L)
        (void)run_fault(run, MACHINE_TIMED_OUT, "the time limit of %d s was reached%s",
                        job->timeout, run->ready ? "" : " before the command started");
    else if (!run->ready && milliseconds_since(&run->started) >= BOOT_LIMIT)
        (void)run_fault(run, MACHINE_NO_BOOT, "the machine did not start within %d s",
                        BOOT_LIMIT / 1000);
    else if (run->caught != 0 && milliseconds_since(&run->patience) >= PATIENCE &&
             !run->ended) {
        run->result->signal = run->caught;
        (void)run_fault(run, MACHINE_INTERRUPTED, "ended by signal %d (%s)", run->caught,
                        strsignal(run->caught));
    } else if (held_up(run) || !run->ready) {
        run->last_heard = now();
    } else if (milliseconds_since(&run->last_heard) >= SILENCE) {
        (void)run_fault(run, MACHINE_HUNG,
                        "the machine's kernel has not answered for %d s", SILENCE / 1000);
    } else if (!run->pinged && milliseconds_since(&run->last_heard) >= PING_EVERY) {
        run->pinged = true;
        (void)relay_send(run, HOST_PING, NULL, 0);
    }
}

/* How long nothing needs to be done if nothing comes: a second, or less near a limit. */
static int until_next(const struct run *run)
{
    long least = 1000;
    if (run->job->timeout > 0) {
        long left = run->job->timeout * 1000L - milliseconds_since(&run->started);
        least = left < least ? left : least;
    }
    if (run->caught != 0) {
        long left = PATIENCE - milliseconds_since(&run->patience);
        least = left < least ? left : least;
    }
    return least > 0 ? (int)least : 0;
}

/* --- The loop --- */

/* QEMU has ended: reads what is still under way, and finds out why. */
static void qemu_ended(struct run *run)
{
    while (!run->done && !run->failed && read_channel(run))
        while (held_up(run))
            for (int i = 1; i <= 2; i++)
                if (run->output[i].length > 0)
                    write_output(run, i);
    if (run->log != -1)
        read_text(run, &run->log, &run->log_text);
    if (run->errors != -1)
        read_text(run, &run->errors, &run->error_text);
    int status = 0;
    while (waitpid(run->qemu, &status, 0) == -1 && errno == EINTR)
        ;
    run->qemu = 0;
    if (!run->done)
        qemu_explain(run, status);
}

static void wait_and_pass(struct run *run)
{
    enum {
        CHANNEL,
        LOG,
        ERRORS,
        SIGNALS,
        QEMU,
        INPUT,
        OUTPUT,
        ERROR,
        ANSWER,
        ANSWER_ERROR,
        COUNT
    };
    bool may_queue = run->to_machine.length < QUEUE;
    bool input = run->ready && run->input_open && run->input_under_way < CHANNEL_INPUT;
    short channel =
        (short)((held_up(run) ? 0 : POLLIN) | (run->to_machine.length > 0 ? POLLOUT : 0));
    /* poll leaves out what is negative */
    struct pollfd ready[COUNT] = {
        [CHANNEL] = {channel != 0 ? run->channel : -1, channel, 0},
        [LOG] = {run->log, POLLIN, 0},
        [ERRORS] = {run->errors, POLLIN, 0},
        [SIGNALS] = {run->signals, POLLIN, 0},
        [QEMU] = {run->pidfd, POLLIN, 0},
        [INPUT] = {input ? STDIN_FILENO : -1, POLLIN, 0},
        [OUTPUT] = {run->output[1].length > 0 ? STDOUT_FILENO : -1, POLLOUT, 0},
        [ERROR] = {run->output[2].length > 0 ? STDERR_FILENO : -1, POLLOUT, 0},
        [ANSWER] = {may_queue ? run->answer.output : -1, POLLIN, 0},
        [ANSWER_ERROR] = {may_queue ? run->answer.error : -1, POLLIN, 0},
    };
    if (poll(ready, COUNT, until_next(run)) == -1)
        return; /* EINTR */
    if (ready[SIGNALS].revents != 0)
        take_signal(run);
    if (ready[LOG].revents != 0)
        read_text(run, &run->log, &run->log_text);
    if (ready[ERRORS].revents != 0)
        read_text(run, &run->errors, &run->error_text);
    if (ready[OUTPUT].revents != 0)
        write_output(run, STDOUT_FILENO);
    if (ready[ERROR].revents != 0)
        write_output(run, STDERR_FILENO);
    if (ready[CHANNEL].revents & POLLOUT)
        write_channel(run);
    if (ready[CHANNEL].revents & POLLIN)
        (void)read_channel(run); /* its end shows as QEMU's end */
    if (ready[INPUT].revents != 0)
        read_input(run);
    if (ready[ANSWER].revents != 0)
        (void)answer_read(run, &run->answer.output, HOST_ANSWER_OUT);
    if (ready[ANSWER_ERROR].revents != 0)
        (void)answer_read(run, &run->answer.error, HOST_ANSWER_ERR);
    if (ready[QEMU].revents != 0 && !run->done && !run->failed)
        qemu_ended(run);
}

void relay(struct run *run)
{
    run->last_heard = now();
    while (!run->failed && !(run->done && !held_up(run))) {
        wait_and_pass(run);
        if (!run->failed && !run->done)
            take_time(run);
    }
}
