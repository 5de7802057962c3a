/* reset.c - `boxwork reset`: a lab as it was handed out, with a copy of what was there.
 *
 * Nothing is ever lost: the copy is a new file of its own, and only when it is written does
 * the fresh one take the old one's place, by rename(2). So it asks nothing.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "course.h"
#include "pristine.h"
#include "run.h"

/* Writes TEXT to NAME.YYYYMMDD-HHMMSS, or, where that is taken, to …-2, …-3. Returns the name
 * of the copy (free), or NULL with errno. */
static char *keep_copy(const char *name, const char *text, size_t length)
{
    enum { TRIES = 1000 };
    const char *stamp = time_stamp();
    for (int i = 1; i <= TRIES; i++) {
        char *copy;
        if ((i == 1 ? asprintf(&copy, "%s.%s", name, stamp)
                    : asprintf(&copy, "%s.%s-%d", name, stamp, i)) == -1)
            return NULL;
        if (file_create(copy, text, length) == 0)
            return copy;
        free(copy);
        if (errno != EEXIST)
            return NULL;
    }
    return NULL;
}

/* Puts TEXT in the place of NAME, in one step. Returns 0, or -1 with errno. */
static int replace(const char *name, const char *text)
{
    char *fresh;
    if (asprintf(&fresh, "%s.new-%d", name, (int)getpid()) == -1)
        return -1;
    int result = file_create(fresh, text, strlen(text));
    if (result == 0 && rename(fresh, name) == -1) {
        int saved = errno;
        (void)unlink(fresh); /* it is ours, and nobody wants it now */
        errno = saved;
        result = -1;
    }
    free(fresh);
    return result;
}

/* NAME is relative to the tree, which is the working directory. Returns an exit status. */
static int reset_file(const struct course *course, const char *name, const char *fresh)
{
    size_t length;
    char *text = file_read(name, &length), *copy = NULL;
    if (text == NULL && errno != ENOENT)
        return course_error(course, "%s: %s", name, strerror(errno));
    if (text != NULL && length == strlen(fresh) && memcmp(text, fresh, length) == 0) {
        printf("%s: is as it was handed out\n", name);
        free(text);
        return STATUS_OK;
    }
    if (text != NULL && (copy = keep_copy(name, text, length)) == NULL) {
        int status =
            course_error(course, "%s: no copy could be made, so it is left as it is: %s",
                         name, strerror(errno));
        free(text);
        return status;
    }
    free(text);
    if (replace(name, fresh) == -1) {
        int status = course_error(course, "%s: %s", name, strerror(errno));
        free(copy);
        return status;
    }
    printf("%s: is as it was handed out again\n", name);
    if (copy != NULL)
        printf("    yours is kept: %s\n    to undo: (cd %s && cp %s %s)\n", copy,
               course->top, copy, name);
    free(copy);
    return STATUS_OK;
}

int run_reset(struct course *course, const struct invocation *typed)
{
    const struct lesson *lesson = lesson_named(course, typed->argv[0]);
    struct pristine_lab lab;
    if (lesson == NULL)
        return STATUS_USAGE;
    if (chdir(course->top) == -1)
        return course_error(course, "%s: %s", course->top, strerror(errno));
    if (pristine_make(course, lesson, &lab) == -1)
        return STATUS_FAILED;
    if (lab.count == 0)
        return course_error(course, "%s: has no lab", lesson->id);
    char *directory = course_path(course, "labs/%s", lesson->id);
    int status = STATUS_OK;
    if (mkdir(directory, 0755) == -1 && errno != EEXIST)
        status = course_error(course, "labs/%s: %s", lesson->id, strerror(errno));
    free(directory);
    for (size_t i = 0; i < lab.count && status == STATUS_OK; i++) {
        char *name;
        if (asprintf(&name, "labs/%s/%s", lesson->id, lab.files[i].name) == -1)
            status = course_error(course, "no memory");
        else
            status = reset_file(course, name, lab.files[i].text);
        if (name != NULL)
            free(name);
    }
    pristine_free(&lab);
    return status;
}
