/* move.c - `boxwork export` and `import`: progress goes to another machine.
 *
 * Both are the progress library's; here an import keeps what it replaces.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "course.h"
#include "progress.h"
#include "run.h"

int run_export(struct course *course, const struct invocation *typed)
{
    char error[512];
    if (progress_export(course->top, typed->argv[0], error, sizeof error) == -1)
        return course_error(course, "%s", error);
    return STATUS_OK;
}

/* Copies the progress that is there to KEPT (free it); *KEPT is NULL when there is none.
 * Returns 0, or -1 with errno. */
static int keep_old(const struct course *course, char **kept)
{
    size_t length;
    char *path = course_path(course, ".boxwork/progress.json");
    char *text = file_read(path, &length);
    free(path);
    *kept = NULL;
    if (text == NULL)
        return errno == ENOENT ? 0 : -1;
    int result = -1;
    errno = EEXIST;
    for (int i = 1; result == -1 && errno == EEXIST && i < 1000; i++) {
        free(*kept);
        *kept = course_path(course, ".boxwork/progress.%s-%d.json", time_stamp(), i);
        result = file_create(*kept, text, length);
    }
    free(text);
    return result;
}

int run_import(struct course *course, const struct invocation *typed)
{
    char error[512], *kept = NULL;
    if (keep_old(course, &kept) == -1) {
        free(kept);
        return course_error(course, "the progress that is here cannot be copied: %s",
                            strerror(errno));
    }
    if (progress_import(course->top, typed->argv[0], error, sizeof error) == -1) {
        if (kept != NULL)
            (void)unlink(kept); /* nothing was replaced; another copy does no harm */
        free(kept);
        return course_error(course, "%s", error);
    }
    printf("imported %s\n", typed->argv[0]);
    if (kept != NULL)
        printf("    what was here is kept: %s\n    to undo: build/boxwork import %s\n",
               kept, kept);
    free(kept);
    return STATUS_OK;
}
