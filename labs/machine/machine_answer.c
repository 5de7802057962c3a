/* machine_answer.c - answers what a program inside asks: first the work, then the files.
 *
 * The work is the caller's machine_answer, in a child of its own. After it, pack runs over the
 * tree, for the files that changed since it ran last, and they go in before the status.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "run.h"

enum { WORDS = 32 };

static int finish(struct run *run, uint32_t status)
{
    run->answer.state = ANSWER_NONE;
    return relay_send(run, HOST_ANSWER, &status, sizeof status);
}

/* The words of the question, NULL-ended, in ARGV with room for WORDS + 1. Returns how many. */
static int cut(const struct answer *answer, char **argv)
{
    int argc = 0;
    const struct buffer *question = &answer->question;
    for (size_t at = 0; at < question->length && argc < WORDS;
         at += strlen(argv[argc++]) + 1)
        argv[argc] = buffer_start(question) + at;
    argv[argc] = NULL;
    return argc;
}

/* In the child: lets the caller answer. */
static _Noreturn void answer(struct run *run)
{
    char *argv[WORDS + 1];
    int argc = cut(&run->answer, argv);
    int status = run->job->answer(run->job->answer_context, argc, argv);
    (void)fflush(NULL); /* nobody is left to tell */
    _exit(status);
}

/* Starts a child with pipes for its output; in it, returns 0. */
static pid_t start(struct run *run)
{
    int output[2], error[2];
    if (pipe2(output, O_CLOEXEC) == -1 || pipe2(error, O_CLOEXEC) == -1)
        return run_fault(run, MACHINE_CANNOT_START, "a pipe: %s", strerror(errno));
    (void)fflush(NULL); /* or the child would print it once more */
    pid_t parent = getpid(), child = fork();
    if (child == 0) {
        int nothing = open("/dev/null", O_RDONLY);
        child_prepare(parent);
        if (dup2(nothing, 0) == -1 || dup2(output[1], 1) == -1 ||
            dup2(error[1], 2) == -1 || setpgid(0, 0) == -1)
            _exit(126);
        return 0;
    }
    (void)close(output[1]);
    (void)close(error[1]);
    run->answer.pid = child;
    run->answer.output = output[0];
    run->answer.error = error[0];
    return child == -1 ? run_fault(run, MACHINE_CANNOT_START, "fork: %s", strerror(errno))
                       : child;
}

int answer_start(struct run *run, const char *words, size_t length)
{
    if (run->answer.state != ANSWER_NONE || length == 0 || words[length - 1] != '\0')
        return run_fault(run, MACHINE_HUNG, "the machine asks what makes no sense");
    if (run->job->answer == NULL)
        return finish(run, 256); /* nobody answers: no exit status, see machine_ask */
    buffer_take(&run->answer.question, run->answer.question.length);
    if (buffer_append(&run->answer.question, words, length) == -1)
        return run_fault(run, MACHINE_NO_SPACE, "no memory for what is asked");
    pid_t child = start(run);
    if (child == 0)
        answer(run);
    run->answer.state = ANSWER_RUNS;
    return child == -1 ? -1 : 0;
}

static int start_packing(struct run *run)
{
    char since[64], *words[WORDS + 1];
    struct timespec time;
    (void)clock_gettime(CLOCK_REALTIME_COARSE, &time); /* the clock of ctime */
    (void)snprintf(since, sizeof since, "%lld.%09ld", (long long)run->answer.since.tv_sec,
                   run->answer.since.tv_nsec);
    run->answer.since = time;
    pid_t child = start(run);
    if (child == 0) {
        (void)cut(&run->answer, words);
        parts_become_pack(run, since, words);
    }
    run->answer.state = ANSWER_PACKS;
    return child == -1 ? -1 : 0;
}

/* The current child has closed its output. */
static int next_step(struct run *run)
{
    int status = 0;
    while (waitpid(run->answer.pid, &status, 0) == -1 && errno == EINTR)
        ;
    run->answer.pid = 0;
    if (run->answer.state == ANSWER_RUNS) {
        run->answer.status = WIFEXITED(status) ? (uint32_t)WEXITSTATUS(status)
                                               : 128 + (uint32_t)WTERMSIG(status);
        return start_packing(run);
    }
    /* Half an archive would be half a build: the asker must not take it for one. */
    return finish(run, status == 0 ? run->answer.status : 1);
}

int answer_read(struct run *run, int *from, uint32_t type)
{
    char data[CHANNEL_CHUNK];
    ssize_t n = *from == -1 ? 0 : read(*from, data, sizeof data);
    if (n == -1 && errno == EINTR)
        return 0;
    if (n > 0) {
        if (run->answer.state == ANSWER_PACKS && type == HOST_ANSWER_OUT)
            type = HOST_FILES;
        return relay_send(run, type, data, (size_t)n);
    }
    if (*from != -1)
        (void)close(*from); /* it was only read */
    *from = -1;
    return run->answer.output == -1 && run->answer.error == -1 ? next_step(run) : 0;
}

void answer_end(struct run *run)
{
    if (run->answer.output != -1)
        (void)close(run->answer.output);
    if (run->answer.error != -1)
        (void)close(run->answer.error);
    run->answer.output = run->answer.error = -1;
    if (run->answer.pid <= 0)
        return;
    (void)kill(-run->answer.pid, SIGKILL); /* a compiler that it started as well */
    (void)kill(run->answer.pid, SIGKILL);
    while (waitpid(run->answer.pid, NULL, 0) == -1 && errno == EINTR)
        ;
    run->answer.pid = 0;
}
