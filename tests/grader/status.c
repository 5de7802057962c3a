/* status.c - the words of a verdict, in every format; see grade.h. */
#include <string.h>
#include "grade.h"

static const char *const words[] = {
    [GRADE_PASSED] = "passed",
    [GRADE_FAILED] = "failed",
    [GRADE_TIMED_OUT] = "timed-out",
    [GRADE_CRASHED] = "crashed",
    [GRADE_DID_NOT_BUILD] = "did-not-build",
    [GRADE_NOT_WRITTEN] = "not-written",
    [GRADE_COULD_NOT_RUN] = "could-not-run",
};

const char *grade_status_word(enum grade_status status)
{
    return words[status];
}
