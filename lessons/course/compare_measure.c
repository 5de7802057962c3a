/* compare_measure.c - `boxwork compare`: runs mini-compare, on this host or in the lab machine.
 *
 * All figures of a report are made in one place. Only whether the two images start at all is
 * asked in the other place as well, before, and the answer is handed over.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "comparing.h"
#include "machine.h"
#include "where.h"

bool comparing_asked(const struct comparing *comparing, const char *name)
{
    return option(comparing->typed, name) != NULL;
}

/* MiB for the lab machine: fifty idle machines want 6 GiB, and --quick far less. */
static int machine_memory(bool quick)
{
    double there =
        (double)sysconf(_SC_AVPHYS_PAGES) * (double)sysconf(_SC_PAGESIZE) / 1048576;
    int wanted = quick ? 2048 : 7168;
    return there * 0.7 > wanted ? wanted : there * 0.7 > 1024 ? (int)(there * 0.7) : 1024;
}

/* When a signal ended what measured, it was ours as well: we die of it, as a shell expects. */
static int die_of(int status)
{
    int number = status - 128;
    if (number == SIGINT || number == SIGTERM || number == SIGHUP) {
        (void)signal(number, SIG_DFL);
        (void)raise(number);
    }
    return status;
}

static int run_inside(const struct comparing *comparing, char *const argv[], int memory)
{
    struct machine_result result;
    struct machine_job job = {
        .top = comparing->course->top, .command = argv, .memory = memory};
    if (machine_run(&job, &result) == 0)
        return die_of(result.status);
    if (result.end == MACHINE_INTERRUPTED)
        return die_of(128 + result.signal);
    (void)course_error(comparing->course, "the lab machine: %s", result.message);
    return STATUS_CANNOT_RUN;
}

static volatile pid_t child;

static void pass_on(int signal)
{
    if (child > 0)
        (void)kill(child, signal); /* it has ended: then its status says how */
}

/* It clears up what it has started when a signal comes, whether to all of us, as from a terminal, or
 * to this process alone. So we pass it on, wait for its end, and die as it did. */
static int run_here(char *const argv[])
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction passing = {.sa_handler = pass_on}, before[3];
    sigset_t blocked, old;
    int status = 127 << 8;
    (void)sigemptyset(&blocked);
    for (size_t i = 0; i < 3; i++) {
        (void)sigaddset(&blocked, signals[i]);
        (void)sigaction(signals[i], &passing, &before[i]); /* these can be caught */
    }
    (void)sigprocmask(SIG_BLOCK, &blocked, &old); /* until it is known whom to tell */
    child = fork();
    if (child == 0) {
        for (size_t i = 0; i < 3; i++)
            (void)sigaction(signals[i], &before[i], NULL);
        (void)sigprocmask(SIG_SETMASK, &old, NULL);
        (void)execv(argv[0], argv); /* it only returns on error */
        _exit(127);
    }
    (void)sigprocmask(SIG_SETMASK, &old, NULL);
    while (child > 0 && waitpid(child, &status, 0) == -1 && errno == EINTR)
        ;
    child = 0;
    for (size_t i = 0; i < 3; i++)
        (void)sigaction(signals[i], &before[i], NULL);
    return die_of(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

/* Runs ARGV, there or here, with its output in the file FILE. Returns its exit status. */
static int run_into(const struct comparing *comparing, int file, bool inside, int memory,
                    char *const argv[])
{
    struct course *course = comparing->course;
    int status = STATUS_FAILED;
    (void)fflush(NULL); /* what waits in our buffers is not part of the output */
    int out = dup(STDOUT_FILENO);
    if (chdir(course->top) == -1 || out == -1 || dup2(file, STDOUT_FILENO) == -1)
        (void)course_error(course, "%s: %s", course->top, strerror(errno));
    else
        status = inside ? run_inside(comparing, argv, memory) : run_here(argv);
    if (out != -1 && dup2(out, STDOUT_FILENO) == -1)
        status = STATUS_FAILED;
    if (out != -1)
        (void)close(out); /* stdout holds it */
    return status;
}

/* Has a look made at the other place. Returns what `mini-compare --look` says there, as one line,
 * free(3); NULL when there is no other place, nobody asked for it, or it went wrong. */
static char *look_elsewhere(const struct comparing *comparing, char *program, char *parts)
{
    const char *words = option(comparing->typed, "lessons");
    char *argv[] = {program,       "--parts", parts, "--look", words ? "--lessons" : NULL,
                    (char *)words, NULL};
    bool inside = !comparing->inside;
    char line[4096];
    if (machine_inside() ||
        (inside && !host_fact(&comparing->course->host, "machine")->there))
        return NULL;
    /* Own code does not run as root on the host: see decide() in compare.c. */
    if (!inside && comparing_asked(comparing, "mine") && geteuid() == 0)
        return NULL;
    if (isatty(STDERR_FILENO))
        (void)fputs("a look at another host\r", stderr);
    int file = memfd_create("look", MFD_CLOEXEC);
    int status = file == -1 ? STATUS_FAILED : run_into(comparing, file, inside, 0, argv);
    ssize_t length = status == 0 ? pread(file, line, sizeof line - 1, 0) : 0;
    if (file != -1)
        (void)close(file); /* it was read, or nobody wants it */
    if (isatty(STDERR_FILENO))
        (void)fputs("                      \r", stderr);
    line[length > 0 ? length : 0] = '\0';
    line[strcspn(line, "\n")] = '\0';
    return line[0] != '\0' ? strdup(line) : NULL;
}

int comparing_measure(const struct comparing *comparing, int figures)
{
    char *program = course_path(comparing->course, "%s/mini-compare", comparing->into);
    char *parts = course_path(comparing->course, "%s/compare", comparing->into);
    char *elsewhere = look_elsewhere(comparing, program, parts);
    bool quick = comparing_asked(comparing, "quick");
    char *argv[12] = {program, "--parts", parts};
    int used = 3;
    if (quick)
        argv[used++] = "--quick";
    if (isatty(STDERR_FILENO))
        argv[used++] = "--progress";
    if (comparing_asked(comparing, "lessons")) {
        argv[used++] = "--lessons";
        argv[used++] = (char *)option(comparing->typed, "lessons");
    }
    if (elsewhere != NULL) {
        argv[used++] = "--elsewhere";
        argv[used++] = elsewhere;
    }
    int status =
        run_into(comparing, figures, comparing->inside, machine_memory(quick), argv);
    free(elsewhere);
    free(program);
    free(parts);
    return status;
}
