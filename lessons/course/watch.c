/* watch.c - `boxwork watch`: grades the lab again at every save, and shows what changed.
 *
 * inotify watches the folder, not the file: many editors write a new file and rename it over
 * the old one, and a watch on the old one would then see nothing more.
 *
 * Read on: inotify(7).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>
#include "check.h"
#include "run.h"
#include "where.h"

static volatile sig_atomic_t ended;

static void end(int signal)
{
    (void)signal;
    ended = 1;
}

/* One signal ends the watch when the check that runs is through; a second one ends it at once. */
static int catch_signals(void)
{
    struct sigaction action = {.sa_handler = end, .sa_flags = (int)SA_RESETHAND};
    return sigaction(SIGINT, &action, NULL) == -1 ||
                   sigaction(SIGTERM, &action, NULL) == -1
               ? -1
               : 0;
}

/* Is a file of this name part of a module? Editors leave others: .chroot.c.swp, chroot.c~. */
static bool is_source(const char *name)
{
    const char *dot = strrchr(name, '.');
    return name[0] != '.' && dot != NULL &&
           (strcmp(dot, ".c") == 0 || strcmp(dot, ".h") == 0);
}

/* Reads what inotify has. Returns 1 when a source was saved, 0 when not, -1 with errno when the
 * folder is gone or reading failed (EINTR: a signal). */
static int read_events(int fd)
{
    char bytes[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
    ssize_t length = read(fd, bytes, sizeof bytes);
    int saved = 0;
    for (ssize_t at = 0; at < length;) {
        const struct inotify_event *event = (const struct inotify_event *)(bytes + at);
        if (event->mask & IN_IGNORED) {
            errno = ENOENT;
            return -1;
        }
        if ((event->mask & IN_Q_OVERFLOW) || (event->len > 0 && is_source(event->name)))
            saved = 1;
        at += (ssize_t)(sizeof *event + event->len);
    }
    return length < 0 ? -1 : saved;
}

/* Waits for a save and until the editor has been quiet for a moment. Returns 0, or -1 with
 * errno. */
static int wait_for_save(int fd)
{
    enum { QUIET_MS = 100 };
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    int saved = 0, got;
    while (saved == 0)
        if ((saved = read_events(fd)) == -1)
            return -1;
    while ((got = poll(&ready, 1, QUIET_MS)) > 0)
        if (read_events(fd) == -1)
            return -1;
    return got;
}

static const struct grade_check *check_of(const struct grade *grade, const char *id)
{
    for (size_t i = 0; grade != NULL && i < grade->count; i++)
        if (strcmp(grade->checks[i].id, id) == 0)
            return &grade->checks[i];
    return NULL;
}

static void print_change(const struct course *course, const struct grade_check *now)
{
    const char *colour = now->status == GRADE_PASSED ? "\033[32m" : "\033[31m";
    printf("  %s%-13s%s %3d/%-3d %s\n", course->colour ? colour : "",
           grade_status_word(now->status), course->colour ? "\033[0m" : "", now->points,
           now->max, now->title);
    if (now->status != GRADE_NOT_WRITTEN)
        for (const char *line = now->message; line[0] != '\0';) {
            int length = (int)strcspn(line, "\n");
            printf("      %.*s\n", length, line);
            line += length + (line[length] == '\n');
        }
}

static bool is_unbuilt(const struct grade *grade)
{
    return grade->count > 0 && grade->checks[0].status == GRADE_DID_NOT_BUILD;
}

/* Is it worth a line? The message of an unwritten function only tells where it stands. */
static bool has_changed(const struct grade_check *old, const struct grade_check *now)
{
    if (old == NULL || old->status != now->status || old->points != now->points)
        return true;
    return now->status != GRADE_NOT_WRITTEN && strcmp(old->message, now->message) != 0;
}

static void print_time(void)
{
    time_t seconds = time(NULL);
    struct tm local;
    char clock[16];
    if (localtime_r(&seconds, &local) != NULL &&
        strftime(clock, sizeof clock, "%H:%M:%S", &local) > 0)
        printf("\n%s  ", clock);
}

static void print_changes(const struct course *course, const struct grade *before,
                          const struct grade *now)
{
    print_time();
    if (is_unbuilt(now)) {
        printf("it does not build\n%s", now->compiler);
        return;
    }
    printf("%d of %d points", now->points, now->max);
    if (now->points != before->points)
        printf(" (%+d)", now->points - before->points);
    printf("\n");
    if (now->compiler[0] != '\0' && strcmp(now->compiler, before->compiler) != 0)
        printf("%s", now->compiler); /* warnings */
    size_t changed = 0;
    for (size_t i = 0; i < now->count; i++) {
        if (!has_changed(check_of(before, now->checks[i].id), &now->checks[i]))
            continue;
        changed++;
        print_change(course, &now->checks[i]);
    }
    if (changed == 0)
        printf("  nothing changed\n");
}

/* The first time a whole report, then what changed. Returns the grade to compare the next one
 * with: the last that did build, so that a slip of the keyboard is no change in the points. */
static struct grade *grade_again(const struct course *course, const struct lesson *lesson,
                                 struct grade *before)
{
    struct check_request request = {.lesson = lesson};
    struct grade *now = check_here(course, &request);
    if (now == NULL)
        return before;
    if (before == NULL) {
        struct grade_style style = {.colour = course->colour, .columns = course->columns};
        if (grade_write(now, GRADE_TEXT, &style, stdout) == -1)
            ended = 1; /* nobody reads any more */
    } else {
        print_changes(course, before, now);
    }
    (void)fflush(stdout); /* a pipe that is gone ends the next write */
    if (before != NULL && is_unbuilt(now)) {
        grade_free(now);
        return before;
    }
    grade_free(before);
    return now;
}

/* Each time a machine of its own, and a whole report. */
static void grade_in_machine(struct course *course, const struct lesson *lesson)
{
    char *program = course_path(course, "build/boxwork");
    char *argv[] = {program, "check", lesson->id, "--machine", NULL};
    (void)run_program(argv); /* it has said itself what it found */
    free(program);
}

int run_watch(struct course *course, const struct invocation *typed)
{
    const struct lesson *lesson = lesson_named(course, typed->argv[0]);
    if (lesson == NULL)
        return STATUS_USAGE;
    char *folder = course_path(course, "labs/%s", lesson->id);
    int fd = inotify_init1(IN_CLOEXEC), status = STATUS_OK;
    if (fd == -1 || inotify_add_watch(fd, folder, IN_CLOSE_WRITE | IN_MOVED_TO) == -1)
        status = course_error(course, "%s: %s", folder, strerror(errno));
    else if (catch_signals() == -1)
        status = course_error(course, "sigaction: %s", strerror(errno));
    bool machine = status == STATUS_OK &&
                   where_to_run(course, lesson, ACTION_CHECK).place == PLACE_MACHINE;
    struct grade *last = NULL;
    while (status == STATUS_OK && !ended) {
        if (machine)
            grade_in_machine(course, lesson);
        else
            last = grade_again(course, lesson, last);
        if (ended)
            break;
        printf("\nwatching labs/%s; Ctrl-C ends it\n", lesson->id);
        (void)fflush(stdout); /* so that it is seen while we wait */
        if (wait_for_save(fd) == -1 && !ended)
            status = course_error(course, "%s: %s", folder, strerror(errno));
    }
    grade_free(last);
    if (fd != -1)
        (void)close(fd); /* nothing is lost with it */
    free(folder);
    printf("\n");
    return status;
}
