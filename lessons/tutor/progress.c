/* progress.c - what the learner has done so far: .boxwork/progress.json, by jansson.
 *
 * The file is read into memory and checked for its shape at once, so that what asks about it
 * needs no doubt. Who changes it first locks .boxwork/lock (not the file itself: that one is
 * replaced by rename, and a lock belongs to an inode). Run by root in a learner's tree, the
 * files are given to whom the tree belongs.
 *
 * Read on: progress.h for the form; flock(2), rename(2), fsync(2).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "progress.h"

#define VERSION 1

struct progress {
    json_t *root;
    char *folder; /* TOP/.boxwork */
    char *file;   /* the progress.json in it */
    int lock;     /* -1: it was opened to be read */
};

static int say(char *error, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int say(char *error, size_t size, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(error, size, format, arguments);
    va_end(arguments);
    return -1;
}

/* --- the form of the file ----------------------------------------------------------- */

static bool all_are(json_t *object, int (*is)(json_type))
{
    const char *key;
    json_t *value;

    json_object_foreach(object, key, value) if (!is(json_typeof(value))) return false;
    return true;
}

static int is_integer(json_type type)
{
    return type == JSON_INTEGER;
}

static int is_boolean(json_type type)
{
    return type == JSON_TRUE || type == JSON_FALSE;
}

/* Checks one lesson. Returns NULL, or what is wrong in it. */
static const char *wrong_in_lesson(json_t *lesson)
{
    static const char *const numbers[] = {"section", "steps_total", "points", "best",
                                          "max"};
    json_t *steps = json_object_get(lesson, "steps"), *step;
    json_t *hints = json_object_get(lesson, "hints");
    json_t *questions = json_object_get(lesson, "questions");
    size_t i;

    if (!json_is_object(lesson))
        return "is no object";
    for (i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        json_t *number = json_object_get(lesson, numbers[i]);
        if (number && (!json_is_integer(number) || json_integer_value(number) < 0 ||
                       json_integer_value(number) > 1000000))
            return "has a number that is none, or out of range";
    }
    if (steps && !json_is_array(steps))
        return "has steps that are no array";
    json_array_foreach(
        steps, i, step) if (!json_is_string(step)) return "has a step that is no string";
    if (hints && !(json_is_object(hints) && all_are(hints, is_integer)))
        return "has hints that are no numbers";
    if (questions && !(json_is_object(questions) && all_are(questions, is_boolean)))
        return "has questions that are not true or false";
    return NULL;
}

/* Checks the whole. Returns 0, or -1 with what is wrong in WHY. */
static int check_form(json_t *root, char *why, size_t size)
{
    json_t *lessons = json_object_get(root, "lessons"), *lesson;
    const char *id;

    if (!json_is_object(root) || !json_is_object(lessons))
        return say(why, size, "there is no \"lessons\" in it");
    if (json_integer_value(json_object_get(root, "version")) != VERSION)
        return say(why, size, "it is of a version that is not known here");
    json_object_foreach(lessons, id, lesson)
    {
        const char *wrong = wrong_in_lesson(lesson);
        if (wrong)
            return say(why, size, "lesson %s %s", id, wrong);
    }
    return 0;
}

/* Reads and checks FILE. Returns it, or NULL with what is wrong in WHY, and errno ENOENT when
 * there is no file. */
static json_t *load(const char *path, char *why, size_t size)
{
    json_error_t wrong;
    FILE *file = fopen(path, "re");

    if (!file) {
        int error = errno;
        say(why, size, "%s", strerror(error));
        errno = error;
        return NULL;
    }
    json_t *root = json_loadf(file, JSON_REJECT_DUPLICATES, &wrong);
    (void)fclose(file); /* it was only read */
    errno = 0;
    if (!root) {
        say(why, size, "line %d: %s", wrong.line, wrong.text);
        return NULL;
    }
    if (check_form(root, why, size) == -1) {
        json_decref(root);
        return NULL;
    }
    return root;
}

/* --- opening, writing ---------------------------------------------------------------- */

/* Gives a new file of root's to the owner of the tree; where that fails root keeps it. */
static void give_to_owner(const struct progress *progress, int fd)
{
    struct stat top;
    char *path;

    if (geteuid() != 0 || asprintf(&path, "%s/..", progress->folder) == -1)
        return;
    if (stat(path, &top) == 0 && fchown(fd, top.st_uid, top.st_gid) == -1)
        errno = 0;
    free(path);
}

static int make_folder(const struct progress *progress)
{
    if (mkdir(progress->folder, 0777) == -1)
        return errno == EEXIST ? 0 : -1;
    int fd = open(progress->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd != -1) {
        give_to_owner(progress, fd);
        close(fd);
    }
    return 0;
}

static int take_lock(struct progress *progress)
{
    char *path;

    if (make_folder(progress) == -1 || asprintf(&path, "%s/lock", progress->folder) == -1)
        return -1;
    progress->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    free(path);
    if (progress->lock == -1)
        return -1;
    give_to_owner(progress, progress->lock);
    int result;
    do
        result = flock(progress->lock, LOCK_EX);
    while (result == -1 && errno == EINTR);
    return result;
}

/* Puts FROM beside it as progress.damaged.json; a learner can look what can be saved. */
static bool keep_damaged(const struct progress *progress)
{
    char *path, bytes[4096];
    ssize_t count = -1;

    if (asprintf(&path, "%s/progress.damaged.json", progress->folder) == -1)
        return false;
    int from = open(progress->file, O_RDONLY | O_CLOEXEC);
    int to = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    free(path);
    if (from != -1 && to != -1)
        while ((count = read(from, bytes, sizeof bytes)) > 0)
            if (write(to, bytes, (size_t)count) != count) {
                count = -1;
                break;
            }
    if (from != -1)
        close(from);
    if (to != -1)
        close(to);
    return count == 0;
}

char *progress_folder(const char *top)
{
    const char *home = getenv("BOXWORK_HOME");
    char *folder;

    if (home && *home)
        return strdup(home);
    return asprintf(&folder, "%s/.boxwork", top) == -1 ? NULL : folder;
}

struct progress *progress_open(const char *top, enum progress_mode mode, char *error,
                               size_t size)
{
    struct progress *progress = calloc(1, sizeof *progress);
    char why[200];

    if (!progress) {
        say(error, size, "%s", strerror(ENOMEM));
        return NULL;
    }
    progress->lock = -1;
    progress->folder = progress_folder(top);
    if (!progress->folder ||
        asprintf(&progress->file, "%s/progress.json", progress->folder) == -1)
        progress->file = NULL;
    if (!progress->folder || !progress->file) {
        say(error, size, "%s", strerror(ENOMEM));
        goto bad;
    }
    if (mode == PROGRESS_CHANGE && take_lock(progress) == -1) {
        say(error, size, "%s: cannot be written: %s", progress->folder, strerror(errno));
        goto bad;
    }
    progress->root = load(progress->file, why, sizeof why);
    if (!progress->root && errno == ENOENT)
        progress->root = json_pack("{s:i, s:{}}", "version", VERSION, "lessons");
    else if (!progress->root) {
        bool kept = errno == 0 && keep_damaged(progress);
        say(error, size, "%s: %s: %s", progress->file, why,
            kept ? "a copy is in progress.damaged.json; remove the file to start anew"
                 : "nothing is noted until it can be read");
    } else
        return progress;
    if (progress->root)
        return progress;
bad:
    progress_close(progress);
    return NULL;
}

int progress_save(struct progress *progress, char *error, size_t size)
{
    char *path;
    int fd = -1;

    if (progress->lock == -1)
        return say(error, size, "%s: it was opened to be read", progress->file);
    if (asprintf(&path, "%s.new", progress->file) == -1)
        return say(error, size, "%s", strerror(ENOMEM));
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd == -1)
        goto bad;
    give_to_owner(progress, fd);
    if (json_dumpfd(progress->root, fd, JSON_INDENT(2)) == -1 ||
        write(fd, "\n", 1) != 1 || fsync(fd) == -1)
        goto bad;
    if (close(fd) == -1) {
        fd = -1;
        goto bad;
    }
    fd = -1;
    if (rename(path, progress->file) == -1)
        goto bad;
    free(path);
    return 0;
bad:
    say(error, size, "%s: cannot be written: %s", progress->file, strerror(errno));
    if (fd != -1)
        close(fd);
    (void)unlink(path); /* what is half written helps nobody */
    free(path);
    return -1;
}

void progress_close(struct progress *progress)
{
    if (!progress)
        return;
    if (progress->lock != -1)
        close(progress->lock); /* ends the lock */
    json_decref(progress->root);
    free(progress->folder);
    free(progress->file);
    free(progress);
}

int progress_import(const char *top, const char *from, char *error, size_t size)
{
    char why[200];
    json_t *root = load(from, why, sizeof why);

    if (!root)
        return say(error, size, "%s: %s: it is no progress file", from, why);
    /* a damaged file is no reason to refuse: it is what an import can replace */
    struct progress *progress = progress_open(top, PROGRESS_CHANGE, error, size);
    if (!progress) {
        char *folder = progress_folder(top), *path = NULL;
        if (folder && asprintf(&path, "%s/progress.json", folder) != -1) {
            if (unlink(path) == 0)
                progress = progress_open(top, PROGRESS_CHANGE, error, size);
            free(path);
        }
        free(folder);
    }
    if (!progress) {
        json_decref(root);
        return -1;
    }
    json_decref(progress->root);
    progress->root = root;
    int result = progress_save(progress, error, size);
    progress_close(progress);
    return result;
}

int progress_export(const char *top, const char *to, char *error, size_t size)
{
    struct progress *progress = progress_open(top, PROGRESS_READ, error, size);
    bool to_stdout = !strcmp(to, "-");

    if (!progress)
        return -1;
    FILE *file = to_stdout ? stdout : fopen(to, "we");
    int result = file ? json_dumpf(progress->root, file, JSON_INDENT(2)) : -1;
    if (file && fputc('\n', file) == EOF)
        result = -1;
    if (file && (to_stdout ? fflush(file) : fclose(file)) == EOF)
        result = -1;
    if (result == -1)
        say(error, size, "%s: cannot be written: %s", to, strerror(errno));
    progress_close(progress);
    return result;
}

json_t *progress_lesson(const struct progress *progress, const char *lesson, bool make);

/* The object of a lesson; NULL when there is none and it is not to be made (or no memory). */
json_t *progress_lesson(const struct progress *progress, const char *lesson, bool make)
{
    json_t *lessons = json_object_get(progress->root, "lessons");
    json_t *object = json_object_get(lessons, lesson);

    if (!object && make && json_object_set_new(lessons, lesson, json_object()) == 0)
        object = json_object_get(lessons, lesson);
    return object;
}

void progress_forget(struct progress *progress, const char *lesson)
{
    /* -1 means that there was nothing to forget */
    (void)json_object_del(json_object_get(progress->root, "lessons"), lesson);
}
