/* judge_run.c - one check, as a cmocka group of one test.
 *
 * cmocka prints what it likes; here it prints into a file in memory, which goes to the judge's
 * stderr afterwards. When the check ended by one of cmocka's own assertions, its message is
 * taken from there. A check that leaves by skip() could not run.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "judge_inside.h"
#include "text.h"

static void run_and_return(void **state)
{
    judge.check->run(state);
    judge.verdict->returned = true;
}

static char *read_all(int file)
{
    struct bytes content = {0};
    char buffer[4096];
    ssize_t got;
    bytes_add(&content, "", 0);
    if (lseek(file, 0, SEEK_SET) == -1)
        return content.at;
    while ((got = read(file, buffer, sizeof buffer)) > 0)
        bytes_add(&content, buffer, (size_t)got);
    return content.at;
}

/* What cmocka 1.1.5 prints for an assertion: "[  ERROR   ] --- 0x1 != 0x2\n[   LINE   ] ...". */
static void take_message(char *printed)
{
    static const char error[] = "[  ERROR   ] --- ", line[] = "[   LINE   ] --- ";
    char *begin = strstr(printed, error);
    begin = begin ? begin + sizeof error - 1 : printed;
    char *end = strstr(begin, line);
    if (end == begin) { /* fail(): all that it has to say is where it stands */
        begin += sizeof line - 1;
        end = NULL;
    }
    size_t length = end ? (size_t)(end - begin) : strcspn(begin, "\n");
    while (length > 0 && begin[length - 1] == '\n')
        length--;
    char *message = text_printable(begin, length, MESSAGE_BYTES / 4 - 4);
    (void)snprintf(judge.verdict->message, MESSAGE_BYTES, "%s", message); /* fits */
    free(message);
}

static void conclude(int failures, char *printed)
{
    if (judge.verdict->given)
        return;
    if (failures > 0) {
        take_message(printed);
        judge.verdict->status = GRADE_FAILED;
    } else if (!judge.verdict->returned) {
        (void)snprintf(judge.verdict->message, MESSAGE_BYTES, "the check was skipped");
        judge.verdict->status = GRADE_COULD_NOT_RUN;
    } else {
        judge.verdict->status = GRADE_PASSED;
    }
    judge.verdict->given = true;
}

void judge_run(const struct check *check)
{
    judge.check = check;
    int log = memfd_create("check", MFD_CLOEXEC);
    int stderr_before = dup(STDERR_FILENO);
    if (log == -1 || stderr_before == -1 || dup2(log, STDOUT_FILENO) == -1 ||
        dup2(log, STDERR_FILENO) == -1) {
        fprintf(stderr, "judge: %s: redirect: %s: it has no verdict\n", check->id,
                strerror(errno));
        _exit(1);
    }
    const struct CMUnitTest test = {.name = check->id, .test_func = run_and_return};
    int failures = _cmocka_run_group_tests(check->id, &test, 1, NULL, NULL);
    (void)fflush(stdout); /* to memory */
    (void)fflush(stderr);
    char *printed = read_all(log);
    conclude(failures, printed);
    (void)dprintf(stderr_before, "%s", printed); /* a log: its loss changes no verdict */
    free(printed);
    (void)close(stderr_before);
    (void)close(log);
}
