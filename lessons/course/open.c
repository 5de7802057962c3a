/* open.c - `boxwork learn`, `open` and `play`: from the map into a lesson.
 *
 * A lesson is a program, build/c02, made by make; this builds it and becomes it (exec), so
 * that the terminal, the pipe and Ctrl-C are the lesson's own.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "course.h"
#include "inside.h"
#include "map.h"
#include "where.h"

/* Builds the program of a lesson. Returns 0, or an exit status with a line on stderr. */
static int build_step(const struct course *course, const struct lesson *lesson)
{
    char target[32];
    const char *const words[] = {target, "build/rootfs/.made", "guests", NULL};
    (void)snprintf(target, sizeof target, "build/%s", lesson->number);
    if (course->built)
        return 0;
    int status = course_make(course, words, false);
    if (status > 0)
        return course_error(course, "%s: its program does not build: make says why above",
                            lesson->id);
    return status == 0 ? 0 : STATUS_FAILED;
}

/* Becomes the lesson's program, here or in the lab machine; WORD may be NULL. */
static int become_step(struct course *course, const struct invocation *typed,
                       const struct lesson *lesson, const char *word, enum place place)
{
    char *program = course_path(course, "build/%s", lesson->number);
    char *argv[] = {program, (char *)word, NULL};
    int status;
    if (place == PLACE_MACHINE) {
        status = inside_run(course, argv);
    } else {
        where_pass_on(typed);
        (void)fflush(NULL); /* exec drops what waits in our buffers */
        (void)execv(program, argv);
        status = course_error(course, "%s: %s", program, strerror(errno));
    }
    free(program);
    return status;
}

/* Says where it will run when that is not simply here, and why. Returns 0, or an exit
 * status when it must not run at all. */
static int say_where(const struct course *course, const struct lesson *lesson,
                     enum action action, struct decision *decision)
{
    if (decision->place == PLACE_MACHINE && decision->why[0] != '\0')
        fprintf(stderr, "boxwork: %s: in the lab machine (%s)\n", lesson->id,
                decision->why);
    if (decision->place != PLACE_NOWHERE)
        return 0;
    if (action == ACTION_PLAY || decision->unsafe) {
        (void)course_error(course, "%s: not run: %s%s", lesson->id, decision->why,
                           decision->unsafe ? ": be another user, or say --here" : "");
        return STATUS_CANNOT_RUN;
    }
    /* To read the page is always possible. */
    fprintf(stderr, "boxwork: %s: some of it will not work here (%s)\n", lesson->id,
            decision->why);
    decision->place = PLACE_HERE;
    return 0;
}

static int start(struct course *course, const struct invocation *typed,
                 const struct lesson *lesson, enum action action)
{
    struct decision decision;
    int status = where_asked(course, typed, lesson, action, &decision);
    if (status == 0)
        status = say_where(course, lesson, action, &decision);
    if (status == 0)
        status = build_step(course, lesson);
    if (status != 0)
        return status;
    return become_step(course, typed, lesson, action == ACTION_PLAY ? "play" : NULL,
                       decision.place);
}

int run_open(struct course *course, const struct invocation *typed)
{
    const struct lesson *lesson = lesson_named(course, typed->argv[0]);
    return lesson == NULL ? STATUS_USAGE : start(course, typed, lesson, ACTION_OPEN);
}

int run_play(struct course *course, const struct invocation *typed)
{
    const struct lesson *lesson = lesson_named(course, typed->argv[0]);
    return lesson == NULL ? STATUS_USAGE : start(course, typed, lesson, ACTION_PLAY);
}

int run_learn(struct course *course, const struct invocation *typed)
{
    struct progress *progress = progress_or_say(course);
    if (progress == NULL)
        return STATUS_FAILED;
    map_print(course, progress);
    const struct lesson *next = lesson_next(course, progress);
    progress_close(progress);
    if (next == NULL) {
        printf(
            "\nEvery lesson is finished; `build/boxwork open LESSON` opens one again.\n");
        return STATUS_OK;
    }
    printf("\nopening %s; type quit, or press Ctrl-D, to leave\n\n", next->id);
    return start(course, typed, next, ACTION_OPEN);
}
