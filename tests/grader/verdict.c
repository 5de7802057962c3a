/* verdict.c - how a check ends: judge_fail and its kin; see grader.h.
 *
 * The verdict is recorded first and cmocka is told second, by a jump out of the check. So it
 * stands whatever cmocka prints, and cmocka's own assertions work in a check as well (judge.c
 * takes their message from what cmocka prints).
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "judge_inside.h"
#include "text.h"

static void record(enum grade_status status, const char *format, va_list arguments)
{
    char *raw;
    int length = vasprintf(&raw, format, arguments);
    if (length == -1)
        abort(); /* no memory: the check ends without a verdict, and so has failed */
    char *message = text_printable(raw, (size_t)length, MESSAGE_BYTES / 4 - 4);
    free(raw);
    judge.verdict->status = status;
    (void)snprintf(judge.verdict->message, MESSAGE_BYTES, "%s",
                   message); /* fits: see above */
    judge.verdict->given = true;
    free(message);
}

_Noreturn static void leave_check(enum grade_status status)
{
    if (status == GRADE_COULD_NOT_RUN)
        skip();
    else
        fail();
    abort(); /* never reached: both of them jump */
}

_Noreturn void judge_end(enum grade_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    record(status, format, arguments);
    va_end(arguments);
    leave_check(status);
}

_Noreturn void judge_fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    record(GRADE_FAILED, format, arguments);
    va_end(arguments);
    leave_check(GRADE_FAILED);
}

_Noreturn void judge_cannot_run(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    record(GRADE_COULD_NOT_RUN, format, arguments);
    va_end(arguments);
    leave_check(GRADE_COULD_NOT_RUN);
}

void judge_expect_string(const char *what, const char *expected, const char *shown)
{
    if (!shown)
        judge_fail("%s: expected \"%s\", shown nothing", what, expected);
    if (strcmp(expected, shown) != 0)
        judge_fail("%s: expected \"%s\", shown \"%s\"", what, expected, shown);
}

void judge_expect_number(const char *what, long long expected, long long shown)
{
    if (expected != shown)
        judge_fail("%s: expected %lld, shown %lld", what, expected, shown);
}

static const char *errno_name(int error)
{
    const char *name = error == 0 ? "0" : strerrorname_np(error);
    return name ? name : "no errno value";
}

static const char *errno_meaning(int error)
{
    return error == 0 ? "no error" : strerror(error);
}

void judge_expect_errno(const char *what, int expected, int shown)
{
    if (expected == shown)
        return;
    char *meaning = text_copy(errno_meaning(expected)); /* strerror has one buffer */
    judge_fail("%s: expected %s (%s), shown %s (%s)", what, errno_name(expected), meaning,
               errno_name(shown), errno_meaning(shown));
}
