/* pristine.c - cuts a lab anew, and says whether the learner has begun it. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "course.h"
#include "pristine.h"
#include "run.h"
#include "where.h"

static const char HANDED_OUT[] = ".lab";

/* The text of one file, from solutions/LESSON/FILE.c or FILE.c.lab. */
static char *text_of(const struct course *course, const char *path)
{
    size_t length = strlen(path);
    if (length > sizeof HANDED_OUT && strcmp(path + length - 4, HANDED_OUT) == 0)
        return file_read(path, NULL);
    char *argv[] = {"awk", "-f", "labs/cut.awk", (char *)path, NULL};
    int status;
    char *text = run_output(course->top, argv, &status);
    if (text != NULL && (status != 0 || text[0] == '\0')) {
        free(text);
        errno = ENOEXEC;
        return NULL;
    }
    return text;
}

static int add_file(const struct course *course, const char *folder, const char *name,
                    struct pristine_lab *lab)
{
    struct pristine *file = &lab->files[lab->count];
    char *path;
    if (asprintf(&path, "%s/%s", folder, name) == -1)
        return course_error(course, "no memory"), -1;
    file->text = text_of(course, path);
    if (file->text == NULL) {
        (void)course_error(course, "%s: cannot be cut with labs/cut.awk: %s", path,
                           strerror(errno));
        free(path);
        return -1;
    }
    free(path);
    file->name = strndup(name, (size_t)(strstr(name, ".c") + 2 - name));
    lab->count++; /* from here on pristine_free frees it */
    return file->name != NULL ? 0 : (course_error(course, "no memory"), -1);
}

static int is_source(const struct dirent *entry)
{
    return fnmatch("*.c", entry->d_name, 0) == 0;
}

static int is_handed_out(const struct dirent *entry)
{
    return fnmatch("*.c.lab", entry->d_name, 0) == 0;
}

int pristine_make(const struct course *course, const struct lesson *lesson,
                  struct pristine_lab *lab)
{
    *lab = (struct pristine_lab){.files = NULL};
    struct dirent **found = NULL;
    char *folder = course_path(course, "solutions/%s", lesson->id);
    int n = scandir(folder, &found, is_source, alphasort);
    if (n == 0) {
        free(found);
        n = scandir(folder, &found, is_handed_out, alphasort);
    }
    int status = 0;
    if (n > 0 && (lab->files = calloc((size_t)n, sizeof *lab->files)) == NULL)
        status = (course_error(course, "no memory"), -1);
    for (int i = 0; i < n; i++) {
        if (status == 0)
            status = add_file(course, folder, found[i]->d_name, lab);
        free(found[i]);
    }
    free(found);
    free(folder);
    if (status == -1)
        pristine_free(lab);
    return status;
}

void pristine_free(struct pristine_lab *lab)
{
    for (size_t i = 0; i < lab->count; i++) {
        free(lab->files[i].name);
        free(lab->files[i].text);
    }
    free(lab->files);
    *lab = (struct pristine_lab){.files = NULL};
}

bool lab_begun(const struct course *course, const struct lesson *lesson)
{
    struct pristine_lab lab;
    if (pristine_make(course, lesson, &lab) == -1)
        return true; /* it cannot be known, so the careful answer */
    bool begun = false;
    for (size_t i = 0; i < lab.count && !begun; i++) {
        char *path = course_path(course, "labs/%s/%s", lesson->id, lab.files[i].name);
        char *text = file_read(path, NULL);
        begun = text != NULL && strcmp(text, lab.files[i].text) != 0;
        free(text);
        free(path);
    }
    pristine_free(&lab);
    return begun;
}
