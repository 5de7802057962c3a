/* grade_judge.c - asking a judge: for its checks, and for its verdicts.
 *
 * The verdicts come through a pipe that only the judge has; its stdout and stderr are a log.
 * What a line of the pipe looks like: judge.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "grade_inside.h"

enum { LIST_BYTES = 1 << 20, LOG_BYTES = 256 << 10, FIELDS = 5 };

char *grade_judge_path(const struct grade_request *request)
{
    if (request->judge)
        return text_copy(request->judge);
    return text_format("%s/build/tests/%s/judge", request->top ? request->top : ".",
                       request->lesson);
}

/* Splits LINE at its tabs, and undoes the escapes. Returns how many fields there are. */
static size_t split(char *line, char *fields[FIELDS])
{
    size_t count = 0;
    for (char *field; count < FIELDS && (field = strsep(&line, "\t"));) {
        text_from_field(field);
        fields[count++] = field;
    }
    return count;
}

/* --- the list --------------------------------------------------------------------------------- */

static int add_check(const struct grade_request *request, struct grade *grade, char *line)
{
    char *field[FIELDS];
    if (split(line, field) != FIELDS)
        return -1;
    if (request->function && strcmp(field[2], request->function) != 0)
        return 0;
    struct grade_check *more =
        realloc(grade->checks, (grade->count + 1) * sizeof *grade->checks);
    if (!more)
        return -1;
    grade->checks = more;
    grade->checks[grade->count++] = (struct grade_check){
        .id = text_copy(field[0]),
        .max = atoi(field[1]),
        .function = text_copy(field[2]),
        .page = text_copy(field[3]),
        .title = text_copy(field[4]),
        .status = GRADE_FAILED,
    };
    return 0;
}

int grade_list(const struct grade_request *request, struct grade *grade, char **error)
{
    char *judge = grade_judge_path(request), *text = NULL;
    char *argv[] = {judge, "--list", NULL};
    struct grade_program program = {
        .argv = argv, .death_signal = SIGKILL, .most = LIST_BYTES, .verdicts = -1};
    int output, status = -1;
    pid_t pid = grade_start(&program, &output);
    if (pid != -1)
        status = grade_finish(&program, pid, output, &text);
    int result = status == 0 ? 0 : -1;
    char *rest = text;
    for (char *line; result == 0 && (line = strsep(&rest, "\n"));)
        if (line[0] && add_check(request, grade, line) == -1)
            result = -1;
    if (result == 0 && grade->count == 0)
        result = -1;
    if (result == -1)
        *error = text_format("%s --list: %s: the judge does not say what it checks",
                             judge, text && text[0] ? text : "no answer");
    free(text);
    free(judge);
    return result;
}

/* --- the verdicts ------------------------------------------------------------------------------ */

static struct grade_check *find(struct grade *grade, const char *id)
{
    for (size_t i = 0; i < grade->count; i++)
        if (strcmp(grade->checks[i].id, id) == 0)
            return &grade->checks[i];
    return NULL;
}

static bool status_of(const char *word, enum grade_status *status)
{
    for (*status = GRADE_PASSED; *status <= GRADE_COULD_NOT_RUN; (*status)++)
        if (strcmp(word, grade_status_word(*status)) == 0)
            return true;
    return false;
}

/* The next check that has no verdict yet, for a line that shows life. */
static void tell_progress(const struct grade_request *request, const struct grade *grade)
{
    if (!request->progress)
        return;
    for (size_t i = 0; i < grade->count; i++)
        if (!grade->checks[i].message) {
            request->progress(request->context, grade->checks[i].title);
            return;
        }
}

static void take_verdict(struct grade *grade, char *line)
{
    char *field[FIELDS];
    enum grade_status status;
    if (split(line, field) != 4)
        return;
    struct grade_check *check = find(grade, field[0]);
    if (!check || check->message || !status_of(field[1], &status))
        return;
    check->status = status;
    check->seconds = strtod(field[2], NULL);
    check->message = text_printable(field[3], strlen(field[3]), 8192);
}

/* The judge's arguments. The array is freed by the caller; what it points to is not. */
static char **arguments(const struct grade_request *request,
                        const struct grade_build *build, const struct grade *grade,
                        char *judge, char *descriptor)
{
    char **argv = calloc(grade->count + 16, sizeof *argv);
    if (!argv)
        return NULL;
    size_t n = 0;
    argv[n++] = judge;
    argv[n++] = "--probes";
    argv[n++] = (char *)build->out;
    argv[n++] = "--module";
    argv[n++] = (char *)build->module;
    argv[n++] = "--top";
    argv[n++] = (char *)(request->top ? request->top : ".");
    if (request->absent_is_reference)
        argv[n++] = "--absent-is-reference";
    argv[n++] = "--verdicts";
    argv[n++] = descriptor;
    size_t first = n;
    for (size_t i = 0; i < grade->count; i++)
        if (!grade->checks[i].message)
            argv[n++] = grade->checks[i].id;
    if (n == first) { /* nothing is left to run */
        free(argv);
        return NULL;
    }
    return argv;
}

/* Takes what has arrived. Returns false at the end of the pipe. */
static bool read_verdicts(int verdicts, struct bytes *pending, struct grade *grade)
{
    char buffer[8192];
    ssize_t got = read(verdicts, buffer, sizeof buffer);
    if (got == -1)
        return errno == EINTR;
    bytes_add(pending, buffer, (size_t)got);
    char *end;
    while ((end = memchr(pending->at, '\n', pending->length))) {
        *end = '\0';
        take_verdict(grade, pending->at);
        size_t used = (size_t)(end + 1 - pending->at);
        memmove(pending->at, end + 1, pending->length - used);
        pending->length -= used;
    }
    return got > 0;
}

/* Reads both, so that neither a full log nor a full pipe of verdicts holds the judge up. */
static void follow(const struct grade_request *request, struct grade *grade, int verdicts,
                   int output, struct bytes *log)
{
    struct bytes pending = {0};
    struct pollfd both[2] = {{.fd = verdicts, .events = POLLIN},
                             {.fd = output, .events = POLLIN}};
    char buffer[8192];
    while (both[0].fd != -1 || both[1].fd != -1) {
        if (poll(both, 2, -1) == -1 && errno != EINTR)
            break;
        if (both[0].fd != -1 && both[0].revents) {
            if (!read_verdicts(verdicts, &pending, grade))
                both[0].fd = -1;
            tell_progress(request, grade);
        }
        if (both[1].fd != -1 && both[1].revents) {
            ssize_t got = read(output, buffer, sizeof buffer);
            if (got > 0 && log->length < LOG_BYTES)
                bytes_add(log, buffer, (size_t)got);
            if (got == 0 || (got == -1 && errno != EINTR))
                both[1].fd = -1;
        }
    }
    bytes_free(&pending);
}

static void run(const struct grade_request *request, struct grade *grade,
                char *const *argv, const int verdicts[2])
{
    struct grade_program program = {
        .argv = argv,
        .death_signal = SIGKILL,
        .most = LOG_BYTES,
        .verdicts = verdicts[1],
    };
    int output;
    pid_t pid = grade_start(&program, &output);
    (void)close(verdicts[1]); /* the judge has it; the pipe ends with the judge */
    struct bytes log = {0};
    bytes_add(&log, "", 0);
    if (pid != -1) {
        tell_progress(request, grade);
        follow(request, grade, verdicts[0], output, &log);
        char *rest;
        int status = grade_finish(&program, pid, output, &rest);
        bytes_add_text(&log, rest);
        free(rest);
        if (status != 0) {
            char *end =
                text_format("the judge ended with wait status %#x\n", (unsigned)status);
            bytes_add_text(&log, end);
            free(end);
        }
    }
    grade->log = text_printable(log.at, log.length, LOG_BYTES);
    bytes_free(&log);
}

void grade_judge(const struct grade_request *request, const struct grade_build *build,
                 struct grade *grade)
{
    int verdicts[2];
    char descriptor[16];
    char *judge = grade_judge_path(request);
    if (pipe2(verdicts, O_CLOEXEC) == 0) {
        (void)snprintf(descriptor, sizeof descriptor, "%d", verdicts[1]);
        char **argv = arguments(request, build, grade, judge, descriptor);
        if (argv)
            run(request, grade, argv, verdicts);
        else
            (void)close(verdicts[1]); /* nothing was written */
        (void)close(verdicts[0]);
        free(argv);
    }
    if (!grade->log)
        grade->log = text_copy("");
    free(judge);
}
