/* run.c - a child process, its pipes, and the time at which each line of it arrived.
 *
 * Times are taken by the reader, so they hold for all three kinds alike: a clock inside a
 * virtual machine is another clock. A line counts as arrived when its end has been read.
 */
#define _GNU_SOURCE
#include "run.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "measure.h"

enum { NOBODY = 65534 };

volatile int run_interrupted;

static void note_signal(int signal)
{
    run_interrupted = signal;
}

void run_catch_signals(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = note_signal};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        (void)sigaction(signals[i], &action, NULL); /* these can be caught */
    (void)signal(SIGPIPE, SIG_IGN);                 /* so can this */
}

void run_die_if_interrupted(void)
{
    if (run_interrupted == 0)
        return;
    (void)signal(run_interrupted, SIG_DFL);
    (void)raise(run_interrupted);
}

/* --- starting ------------------------------------------------------------------------------- */

/* In the child: into the cgroup, before anything of it costs memory. */
static int enter_cgroup(const char *directory)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/cgroup.procs", directory); /* cut: ENOENT */
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file == -1 || write(file, "0", 1) != 1)
        return -1;
    return close(file);
}

/* In the child: the device PATH is /dev/null from now on, for it and its children alone. */
static int hide(const char *path)
{
    return unshare(CLONE_NEWNS) == -1 ||
                   mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1 ||
                   mount("/dev/null", path, NULL, MS_BIND, NULL) == -1
               ? -1
               : 0;
}

static _Noreturn void become(char *const argv[], const struct run_how *how,
                             const int ends[3], pid_t parent)
{
    char path[4096];
    char *environment[] = {path, "HOME=/", NULL};
    const char *why = "a pipe";
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    (void)signal(SIGPIPE, SIG_DFL);
    (void)snprintf(path, sizeof path, "PATH=%s", how->path != NULL ? how->path : "/bin");
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1 || getppid() != parent || null == -1 ||
        dup2(ends[0] == -1 ? null : ends[0], 0) == -1 ||
        dup2(how->silent ? null : ends[1], 1) == -1 ||
        dup2(how->together ? 1 : ends[2], 2) == -1)
        goto failed;
    why = "its cgroup";
    if (how->cgroup != NULL && enter_cgroup(how->cgroup) == -1)
        goto failed;
    why = how->hidden;
    if (how->hidden != NULL && hide(how->hidden) == -1)
        goto failed;
    why = "another user"; /* who is one again has to say again when it dies, prctl(2) */
    if (how->ordinary &&
        (setgroups(0, NULL) == -1 || setgid(NOBODY) == -1 || setuid(NOBODY) == -1 ||
         prctl(PR_SET_PDEATHSIG, SIGKILL) == -1 || getppid() != parent))
        goto failed;
    why = argv[0];
    if (how->directory == NULL || chdir(how->directory) == 0)
        (void)execve(argv[0], argv, environment); /* it only returns on error */
failed:
    dprintf(2, "mini-compare: %s: %s\n", why, strerror(errno));
    _exit(127);
}

/* Waits until nobody holds the other end of a pipe that an exec closes. */
static void wait_for_exec(int end)
{
    char nothing;
    while (read(end, &nothing, 1) == -1 && errno == EINTR)
        ;
}

static void close_pair(int pair[2])
{
    for (int i = 0; i < 2; i++)
        if (pair[i] != -1)
            (void)close(pair[i]); /* nothing was written to it */
}

int run_start(char *const argv[], const struct run_how *how, struct running *running)
{
    static const struct run_how plain = {0};
    int in[2] = {-1, -1}, out[2] = {-1, -1}, err[2] = {-1, -1}, exec[2] = {-1, -1};
    *running = RUN_NONE;
    how = how != NULL ? how : &plain;
    if ((how->talk && pipe2(in, O_CLOEXEC) == -1) || pipe2(out, O_CLOEXEC) == -1 ||
        pipe2(err, O_CLOEXEC) == -1 || pipe2(exec, O_CLOEXEC) == -1)
        goto failed;
    pid_t parent = getpid();
    running->started = measure_now();
    running->pid = fork();
    if (running->pid == 0)
        become(argv, how, (const int[]){in[0], out[1], err[1]}, parent);
    if (running->pid == -1)
        goto failed;
    running->input = in[1];
    running->output = out[0];
    running->errors = err[0];
    close_pair((int[]){in[0], out[1]});
    close_pair((int[]){err[1], exec[1]});
    wait_for_exec(exec[0]);
    running->executed = measure_now();
    (void)close(exec[0]); /* nothing was ever written to it */
    return 0;
failed:;
    int saved = errno;
    close_pair(in);
    close_pair(out);
    close_pair(err);
    close_pair(exec);
    errno = saved;
    return -1;
}

/* --- reading -------------------------------------------------------------------------------- */

struct text {
    char *bytes;
    size_t length, room;
};

/* Makes room for MORE bytes and a 0. */
static int text_room(struct text *text, size_t more)
{
    if (text->room - text->length > more)
        return 0;
    size_t room = (text->room + more + 1) * 2;
    char *bytes = realloc(text->bytes, room);
    if (bytes == NULL)
        return -1;
    text->bytes = bytes;
    text->room = room;
    return 0;
}

/* Notes the ends of lines in what has been read from FROM on. The texts are set at the end,
 * because the bytes still move. */
static int note_lines(struct run_result *result, const struct text *text, size_t from)
{
    uint64_t now = measure_now();
    for (size_t i = from; i < text->length; i++) {
        if (text->bytes[i] != '\n')
            continue;
        struct run_line *lines =
            realloc(result->lines, (result->line_count + 1) * sizeof *lines);
        if (lines == NULL)
            return -1;
        result->lines = lines;
        lines[result->line_count++].when = now;
    }
    return 0;
}

/* Reads once. Returns 1, 0 at the end (FD is closed then), or -1 with errno. */
static int read_some(int *fd, struct text *text, struct run_result *lines)
{
    enum { CHUNK = 16384 };
    if (text_room(text, CHUNK) == -1)
        return -1;
    ssize_t length = read(*fd, text->bytes + text->length, CHUNK);
    if (length == -1)
        return errno == EINTR || errno == EAGAIN ? 1 : -1;
    size_t from = text->length;
    text->length += (size_t)length;
    text->bytes[text->length] = '\0';
    if (lines != NULL && note_lines(lines, text, from) == -1)
        return -1;
    if (length > 0)
        return 1;
    (void)close(*fd); /* it was only read */
    *fd = -1;
    return 0;
}

/* Cuts the output into its lines. */
static void set_lines(struct run_result *result)
{
    char *at = result->output;
    for (size_t i = 0; i < result->line_count; i++) {
        result->lines[i].text = at;
        at += strcspn(at, "\n");
        if (at > result->lines[i].text && at[-1] == '\r')
            at[-1] = '\0';
        *at++ = '\0';
    }
}

/* Reads both pipes until both have ended. Returns 0 or -1 with errno. */
static int read_all(struct running *running, uint64_t until, struct text texts[2],
                    struct run_result *result)
{
    while (running->output != -1 || running->errors != -1) {
        uint64_t now = measure_now();
        struct pollfd ready[] = {{.fd = running->output, .events = POLLIN},
                                 {.fd = running->errors, .events = POLLIN}};
        if (run_interrupted != 0) {
            errno = EINTR;
            return -1;
        }
        if (now >= until) {
            errno = ETIMEDOUT;
            return -1;
        }
        int n = poll(ready, 2, 1000); /* a signal may have come just before */
        if (n == -1 && errno != EINTR)
            return -1;
        if (n > 0 && ready[0].revents != 0 &&
            read_some(&running->output, &texts[0], result) == -1)
            return -1;
        if (n > 0 && ready[1].revents != 0 &&
            read_some(&running->errors, &texts[1], NULL) == -1)
            return -1;
    }
    return 0;
}

static void close_end(int *fd)
{
    if (*fd != -1)
        (void)close(*fd); /* a pipe: nothing is lost that anybody waits for */
    *fd = -1;
}

static int collect(struct running *running)
{
    int status = 0;
    while (waitpid(running->pid, &status, 0) == -1 && errno == EINTR)
        ;
    running->pid = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void run_kill(struct running *running)
{
    close_end(&running->input);
    close_end(&running->output);
    close_end(&running->errors);
    if (running->pid == -1)
        return;
    (void)kill(running->pid,
               SIGKILL); /* ours, not collected yet: the number is its own */
    (void)kill(running->pid, SIGCONT); /* as above; it may have been stopped */
    (void)collect(running);
}

int run_finish(struct running *running, double seconds, struct run_result *result)
{
    struct text texts[2] = {{0}, {0}};
    *result =
        (struct run_result){.started = running->started, .executed = running->executed};
    close_end(&running->input);
    int failed = text_room(&texts[0], 1) == -1 || text_room(&texts[1], 1) == -1;
    for (int i = 0; i < 2 && !failed; i++)
        texts[i].bytes[0] = '\0';
    if (!failed)
        failed = read_all(running, running->started + (uint64_t)(seconds * 1e9), texts,
                          result) == -1;
    int saved = errno;
    if (failed)
        run_kill(running);
    else
        result->status = collect(running);
    result->ended = measure_now();
    result->output = texts[0].bytes;
    result->errors = texts[1].bytes;
    if (result->output != NULL)
        set_lines(result);
    errno = saved;
    return failed ? -1 : 0;
}

int run_command(char *const argv[], const struct run_how *how, struct run_result *result)
{
    struct running running;
    *result = (struct run_result){0};
    return run_start(argv, how, &running) == -1
               ? -1
               : run_finish(&running, RUN_SECONDS, result);
}

void run_free(struct run_result *result)
{
    free(result->output);
    free(result->errors);
    free(result->lines);
    *result = (struct run_result){0};
}

const struct run_line *run_line(const struct run_result *result, const char *start)
{
    for (size_t i = 0; i < result->line_count; i++)
        if (strncmp(result->lines[i].text, start, strlen(start)) == 0)
            return &result->lines[i];
    return NULL;
}

const char *run_answer(const struct run_result *result, const char *word)
{
    char start[128];
    (void)snprintf(start, sizeof start, "%s ", word);
    const struct run_line *line = run_line(result, start);
    return line != NULL ? line->text + strlen(start) : "";
}
