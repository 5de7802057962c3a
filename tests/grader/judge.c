/* judge.c - the main program of every judge: which checks, in what order, and what came of it.
 *
 *     judge --list
 *     judge --probes DIR [--module DIR] [--top DIR] [--absent-is-reference]
 *           [--verdicts FD] [ID...]
 *
 * --list prints a line for each check: ID POINTS FUNCTION PAGE TITLE, with tabs between. The
 * second form runs all checks or those named, each in a fork of its own, and writes a line for
 * each: ID STATUS SECONDS MESSAGE, to the descriptor FD (without it to stdout). In a field a
 * line end is \n, a tab \t, a backslash \\. All that cmocka and the checks print goes to stderr.
 *
 * When the judge dies, the kernel kills the fork, and with it the sandbox; when the fork dies,
 * the judge waits until everything that it had started is gone, before the next check begins.
 *
 * Exit status: 0 when all were run, whatever their verdicts; 2 wrong usage; 3 it could not run.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "judge_inside.h"
#include "player_inside.h"
#include "text.h"

enum {
    CHECK_SECONDS = 120
}; /* players have their own limits: this is for a judge's mistake */

struct judge judge;

static void list(const struct check *checks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *page = text_to_field(checks[i].page ? checks[i].page : "");
        char *title = text_to_field(checks[i].title);
        printf("%s\t%d\t%s\t%s\t%s\n", checks[i].id, checks[i].points, checks[i].function,
               page, title);
        free(page);
        free(title);
    }
}

/* Waits for the fork, and then for the orphans that it leaves: its sandboxes' first processes,
 * which become our children (PR_SET_CHILD_SUBREAPER). */
static void wait_for(pid_t child, int pidfd)
{
    struct pollfd end = {.fd = pidfd, .events = POLLIN};
    int ready;
    do {
        ready = poll(&end, 1, CHECK_SECONDS * 1000);
    } while (ready == -1 && errno == EINTR);
    if (ready == 0 && !judge.verdict->given) {
        judge.verdict->status = GRADE_TIMED_OUT;
        (void)snprintf(judge.verdict->message, MESSAGE_BYTES,
                       "the check itself did not end within %d seconds", CHECK_SECONDS);
        judge.verdict->given = true;
    }
    if (ready != 1)
        (void)kill(child, SIGKILL); /* not reaped yet, so the number is still its own */
    while (waitpid(-1, NULL, 0) != -1 || errno == EINTR)
        ;
}

static void run_apart(const struct check *check)
{
    memset(judge.verdict, 0, sizeof *judge.verdict);
    pid_t parent = getpid(), child = fork();
    if (child == 0) {
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1 || getppid() != parent)
            _exit(1);
        judge_run(check);
        players_end();
        _exit(0);
    }
    int pidfd = child == -1 ? -1 : (int)syscall(SYS_pidfd_open, child, 0);
    if (pidfd == -1) {
        judge.verdict->status = GRADE_COULD_NOT_RUN;
        (void)snprintf(judge.verdict->message, MESSAGE_BYTES, "fork: %s",
                       strerror(errno));
        judge.verdict->given = true;
        if (child > 0)
            (void)kill(child, SIGKILL);
        while (waitpid(-1, NULL, 0) != -1 || errno == EINTR)
            ;
        return;
    }
    wait_for(child, pidfd);
    (void)close(pidfd); /* nothing was written */
}

static void report(FILE *verdicts, const struct check *check, double seconds)
{
    if (!judge.verdict->given) {
        judge.verdict->status = GRADE_FAILED;
        (void)snprintf(judge.verdict->message, MESSAGE_BYTES,
                       "the judge's process for this check ended without a verdict");
    }
    char *message = text_to_field(judge.verdict->message);
    fprintf(verdicts, "%s\t%s\t%.3f\t%s\n", check->id,
            grade_status_word(judge.verdict->status), seconds, message);
    free(message);
    if (fflush(verdicts) == EOF) {
        fprintf(stderr, "judge: verdicts: %s: nobody reads them\n", strerror(errno));
        exit(3);
    }
}

static bool is_wanted(const char *id, char **wanted)
{
    if (!*wanted)
        return true;
    for (; *wanted; wanted++)
        if (strcmp(*wanted, id) == 0)
            return true;
    return false;
}

static int usage(const char *name)
{
    fprintf(stderr,
            "usage: %s --list\n"
            "       %s --probes DIR [--module DIR] [--top DIR] [--absent-is-reference]\n"
            "           [--verdicts FD] [ID...]\n",
            name, name);
    return 2;
}

/* Without these cmocka writes XML to a file, or aborts, because somebody's environment says so.
 * And nothing of ours may be open in a player. */
static int prepare(int verdicts)
{
    (void)unsetenv("CMOCKA_MESSAGE_OUTPUT");
    (void)unsetenv("CMOCKA_XML_FILE");
    (void)unsetenv("CMOCKA_TEST_ABORT");
    if (fcntl(verdicts, F_SETFD, FD_CLOEXEC) == -1 && verdicts != STDOUT_FILENO)
        return -1;
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) == -1)
        return -1;
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR) /* a player may close its stdin */
        return -1;
    judge.verdict = mmap(NULL, sizeof *judge.verdict, PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return judge.verdict == MAP_FAILED ? -1 : 0;
}

int judge_main(int argc, char **argv, const char *lesson, const struct check *checks,
               size_t count)
{
    static const struct option options[] = {
        {"list", no_argument, NULL, 'l'},
        {"probes", required_argument, NULL, 'p'},
        {"module", required_argument, NULL, 'm'},
        {"top", required_argument, NULL, 't'},
        {"absent-is-reference", no_argument, NULL, 'a'},
        {"verdicts", required_argument, NULL, 'v'},
        {0},
    };
    int option, descriptor = STDOUT_FILENO;
    judge = (struct judge){.lesson = lesson, .top = "."};
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'l':
            list(checks, count);
            return fflush(stdout) == EOF ? 3 : 0;
        case 'p':
            judge.probes = optarg;
            break;
        case 'm':
            judge.module = optarg;
            break;
        case 't':
            judge.top = optarg;
            break;
        case 'a':
            judge.absent_is_reference = true;
            break;
        case 'v':
            descriptor = atoi(optarg);
            break;
        default:
            return usage(argv[0]);
        }
    }
    if (!judge.probes)
        return usage(argv[0]);
    FILE *verdicts = fdopen(descriptor, "w");
    if (!verdicts || prepare(descriptor) == -1) {
        fprintf(stderr, "judge: start: %s: the descriptor %d must be open for writing\n",
                strerror(errno), descriptor);
        return 3;
    }
    for (size_t i = 0; i < count; i++) {
        if (!is_wanted(checks[i].id, argv + optind))
            continue;
        double begun = monotonic_seconds();
        run_apart(&checks[i]);
        if (judge.verdict->status == GRADE_TIMED_OUT)
            judge.slow = checks[i].function;
        report(verdicts, &checks[i], monotonic_seconds() - begun);
    }
    return fclose(verdicts) == EOF ? 3 : 0;
}
