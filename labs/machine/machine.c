/* machine.c - one run of the lab machine, from its parts to its end.
 *
 * The order of things, each in a file of its own: the parts are made when they are not there
 * (machine_parts.c), the fastest accelerator that works is chosen (machine_probe.c), the tree is
 * packed into a memory file, QEMU starts with it (machine_qemu.c), and messages go to and fro
 * until the command has ended (machine_relay.c). Then QEMU is killed: there is nothing in it
 * that anybody would miss. No file is written, but in the folders that come back.
 */
#define _GNU_SOURCE
#include "machine.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include "run.h"

int run_fault(struct run *run, enum machine_end end, const char *format, ...)
{
    va_list arguments;
    if (!run->failed) {
        run->failed = true;
        run->result->end = end;
        va_start(arguments, format);
        (void)vsnprintf(run->result->message, sizeof run->result->message, format,
                        arguments);
        va_end(arguments);
    }
    return -1;
}

struct timespec now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time); /* cannot fail for this clock */
    return time;
}

long milliseconds_since(const struct timespec *from)
{
    struct timespec to = now();
    return (to.tv_sec - from->tv_sec) * 1000 + (to.tv_nsec - from->tv_nsec) / 1000000;
}

char *run_part(struct run *run, const char *name)
{
    char *path;
    if (asprintf(&path, "%s/build/machine/%s", run->top, name) == -1) {
        (void)run_fault(run, MACHINE_NO_SPACE, "no memory");
        return NULL;
    }
    return path;
}

int buffer_append(struct buffer *buffer, const void *bytes, size_t length)
{
    if (buffer->start > 0 && buffer->start + buffer->length + length > buffer->room) {
        memmove(buffer->bytes, buffer->bytes + buffer->start, buffer->length);
        buffer->start = 0;
    }
    if (buffer->length + length > buffer->room) {
        size_t room = 2 * (buffer->length + length);
        char *more = realloc(buffer->bytes, room);
        if (more == NULL)
            return -1;
        buffer->bytes = more;
        buffer->room = room;
    }
    if (length > 0)
        memcpy(buffer->bytes + buffer->start + buffer->length, bytes, length);
    buffer->length += length;
    return 0;
}

void buffer_take(struct buffer *buffer, size_t length)
{
    buffer->start += length;
    buffer->length -= length;
    if (buffer->length == 0)
        buffer->start = 0;
}

/* --- Signals ----------------------------------------------------------------------------- */

struct signals {
    sigset_t before;
    struct sigaction pipe;
};

void child_prepare(pid_t parent)
{
    sigset_t none;
    (void)sigemptyset(&none); /* cannot fail */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1 || getppid() != parent ||
        sigprocmask(SIG_SETMASK, &none, NULL) == -1 ||
        signal(SIGPIPE, SIG_DFL) == SIG_ERR)
        _exit(126);
}

/* From here on signals are read from a descriptor. One that we were started to ignore (nohup)
 * stays ignored. */
static int catch_signals(struct run *run, struct signals *signals)
{
    static const int wanted[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH};
    struct sigaction ignore = {.sa_handler = SIG_IGN}, current;
    sigset_t set;
    (void)sigemptyset(&set); /* none of the set operations can fail */
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        if (sigaction(wanted[i], NULL, &current) == 0 &&
            (current.sa_handler != SIG_IGN || wanted[i] == SIGWINCH))
            (void)sigaddset(&set, wanted[i]);
    if (sigprocmask(SIG_BLOCK, &set, &signals->before) == -1 ||
        sigaction(SIGPIPE, &ignore, &signals->pipe) == -1 ||
        (run->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)) == -1)
        return run_fault(run, MACHINE_CANNOT_START, "signals: %s", strerror(errno));
    return 0;
}

static void release_signals(struct run *run, const struct signals *signals)
{
    if (run->signals == -1)
        return;
    (void)close(run->signals);
    (void)sigaction(SIGPIPE, &signals->pipe, NULL); /* what was valid before is now */
    (void)sigprocmask(SIG_SETMASK, &signals->before, NULL);
}

bool run_interrupted(struct run *run)
{
    struct signalfd_siginfo info;
    while (run->signals != -1 && read(run->signals, &info, sizeof info) == sizeof info) {
        if (info.ssi_signo == SIGWINCH)
            continue;
        run->result->signal = (int)info.ssi_signo;
        (void)run_fault(run, MACHINE_INTERRUPTED, "ended by signal %d (%s)",
                        run->result->signal, strsignal(run->result->signal));
        return true;
    }
    return false;
}

/* --- The run ----------------------------------------------------------------------------- */

/* Descriptors 0 to 2 must be open, or a pipe of ours would become somebody's standard
 * output. */
static int open_standard(struct run *run)
{
    for (int i = 0; i < 3; i++)
        if (fcntl(i, F_GETFD) == -1 && open("/dev/null", O_RDWR) != i)
            return run_fault(run, MACHINE_CANNOT_START, "/dev/null: %s", strerror(errno));
    return 0;
}

static int places(struct run *run)
{
    run->top = realpath(run->job->top, NULL);
    run->directory = getcwd(NULL, 0);
    if (run->top == NULL || run->directory == NULL)
        return run_fault(run, MACHINE_CANNOT_START, "%s: %s",
                         run->top == NULL ? run->job->top : "the working directory",
                         strerror(errno));
    return 0;
}

static void start_and_relay(struct run *run)
{
    char why[256] = "";
    char text[320];
    if (parts_make(run) == -1 || probe_accelerator(run, why, sizeof why) == -1 ||
        run_interrupted(run))
        return;
    run->started = now(); /* making the parts and probing happen once, and do not count */
    (void)snprintf(text, sizeof text, "%s: %s", run->kvm ? "KVM" : "TCG (emulation)",
                   why);
    if (run->job->verbose)
        fprintf(stderr, "boxwork: machine: %s\n", text);
    terminal_tell(run, run->kvm ? "starting the lab machine"
                                : "starting the lab machine (emulated)");
    (void)clock_gettime(CLOCK_REALTIME_COARSE,
                        &run->answer.since); /* as the kernel's ctime */
    int image = parts_image(run);
    if (image == -1)
        return;
    if (run->job->verbose)
        fprintf(stderr, "boxwork: machine: %lld MB packed after %.2f s\n",
                (long long)lseek(image, 0, SEEK_CUR) >> 20,
                (double)milliseconds_since(&run->started) / 1000);
    int result = qemu_start(run, image);
    (void)close(image); /* QEMU has it now */
    if (result == 0)
        relay(run);
}

static void release(struct run *run)
{
    struct buffer *buffers[] = {&run->to_machine,     &run->from_machine, &run->log_text,
                                &run->error_text,     &run->output[1],    &run->output[2],
                                &run->answer.question};
    int *ends[] = {&run->channel, &run->log, &run->errors, &run->pidfd};
    for (size_t i = 0; i < sizeof buffers / sizeof buffers[0]; i++)
        free(buffers[i]->bytes);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (*ends[i] != -1)
            (void)close(*ends[i]);
    free(run->top);
    free(run->directory);
}

int run_machine_job(const struct machine_job *job, struct machine_result *result,
                    bool quiet)
{
    struct signals signals;
    struct run run = {
        .job = job,
        .result = result,
        .quiet = quiet,
        .channel = -1,
        .log = -1,
        .errors = -1,
        .pidfd = -1,
        .signals = -1,
        .input_open = !quiet,
        .answer = {.output = -1, .error = -1},
        .unpacker_input = -1,
        .unpacker_error = -1,
    };
    *result = (struct machine_result){.end = MACHINE_ENDED};
    if (open_standard(&run) == 0 && places(&run) == 0 &&
        catch_signals(&run, &signals) == 0) {
        terminal_prepare(&run);
        start_and_relay(&run);
        (void)qemu_end(&run); /* what it has to say has been heard */
        answer_end(&run);
        (void)results_finish(&run);
        terminal_untell(&run);
        terminal_restore(&run);
        release_signals(&run, &signals);
    }
    result->kvm = run.kvm;
    if (job->verbose && run.started.tv_sec != 0)
        fprintf(stderr, "boxwork: machine: %.2f s in all\n",
                (double)milliseconds_since(&run.started) / 1000);
    release(&run);
    return run.failed ? -1 : 0;
}

int machine_run(const struct machine_job *job, struct machine_result *result)
{
    return run_machine_job(job, result, false);
}

int machine_exit_status(const struct machine_result *result)
{
    if (result->end == MACHINE_INTERRUPTED)
        return 128 + result->signal;
    if (result->end != MACHINE_ENDED)
        return (int)result->end;
    if (result->status >= MACHINE_CANNOT_START && result->status <= MACHINE_NO_RESULTS)
        return MACHINE_AMBIGUOUS;
    return result->status;
}

bool machine_inside(void)
{
    return access(CHANNEL_ASK, F_OK) == 0;
}
