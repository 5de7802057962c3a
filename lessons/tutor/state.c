/* state.c - what the tutor offers to the commands of a lesson: see tutor.h.
 *
 * States and paths are lists that grow at their head; so the state made last, which may
 * stand on the earlier ones, is the first to be ended.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "render.h"
#include "session.h"

struct state {
    char *key;
    void *bytes;
    void (*destroy)(void *state);
    struct state *next; /* made before */
};

struct path {
    char *path;
    struct path *next;
};

/* On a terminal a message is broken at blanks; elsewhere it stays a line, for who looks for it. */
static void print_error(const struct tutor *tutor, const char *message)
{
    if (tutor->terminal && isatty(tutor->captures ? tutor->capture.error : STDERR_FILENO))
        render_wrapped(stderr, tutor_columns(tutor), 0, message);
    else
        fprintf(stderr, "%s\n", message);
}

int tutor_error(struct tutor *tutor, const char *format, ...)
{
    va_list arguments;
    char *message = NULL, *line = NULL;

    (void)fflush(
        stdout); /* what was printed before stands before; an error shows later */
    va_start(arguments, format);
    if (vasprintf(&message, format, arguments) == -1)
        message = NULL;
    va_end(arguments);
    if (message == NULL || asprintf(&line, "%s%s%s", tutor->word ? tutor->word : "",
                                    tutor->word ? ": " : "", message) == -1)
        line = NULL;
    print_error(tutor, line ? line : strerror(ENOMEM));
    free(message);
    free(line);
    return EXIT_FAILURE;
}

void *tutor_state(struct tutor *tutor, const char *key, size_t size,
                  void (*destroy)(void *state))
{
    for (struct state *s = tutor->states; s; s = s->next)
        if (!strcmp(s->key, key))
            return s->bytes;

    struct state *state = calloc(1, sizeof *state);
    if (!state)
        return NULL;
    *state = (struct state){.key = strdup(key),
                            .bytes = calloc(1, size ? size : 1),
                            .destroy = destroy,
                            .next = tutor->states};
    if (!state->key || !state->bytes) {
        free(state->key);
        free(state->bytes);
        free(state);
        errno = ENOMEM;
        return NULL;
    }
    tutor->states = state;
    return state->bytes;
}

void state_end(struct tutor *tutor)
{
    while (tutor->states) {
        struct state *state = tutor->states;
        tutor->states = state->next; /* first, so that a crash in it cannot repeat it */
        if (state->destroy)
            state->destroy(state->bytes);
        free(state->key);
        free(state->bytes);
        free(state);
    }
    while (tutor->paths) {
        struct path *path = tutor->paths;
        tutor->paths = path->next;
        free(path->path);
        free(path);
    }
}

const char *tutor_path(struct tutor *tutor, const char *name)
{
    struct path *path = calloc(1, sizeof *path);

    if (!path || asprintf(&path->path, "%s/%s", tutor->top, name) == -1) {
        free(path);
        errno = ENOMEM;
        return NULL;
    }
    for (struct path *old = tutor->paths; old; old = old->next)
        if (!strcmp(old->path, path->path)) {
            free(path->path);
            free(path);
            return old->path;
        }
    path->next = tutor->paths;
    tutor->paths = path;
    return path->path;
}

bool tutor_interrupted(const struct tutor *tutor)
{
    (void)tutor; /* there is one Ctrl-C for all */
    return guard_interrupted();
}

bool tutor_colour(const struct tutor *tutor)
{
    return tutor->colour;
}

int tutor_columns(const struct tutor *tutor)
{
    int fd = tutor->captures ? tutor->capture.out : STDOUT_FILENO;
    struct winsize size;

    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 80;
}
