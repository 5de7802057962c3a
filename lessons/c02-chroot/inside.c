/* inside.c - a child of the step program, in which the functions of the module are
 * called. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "inside.h"
#include "rootless.h"
#include "switchboard.h"

int inside_child(struct tutor *tutor, int (*act)(struct tutor *tutor, void *context),
                 void *context)
{
    int status;

    fflush(stdout); /* or both would write what is buffered now */
    pid_t child = fork();
    if (child == -1)
        return tutor_error(tutor, "fork: %s", strerror(errno));
    if (child == 0) {
        if (rootless_needed() && rootless_enter() == -1)
            status = tutor_error(tutor,
                                 "user namespace: %s: this host keeps it from ordinary "
                                 "users: become root, or use the lab machine",
                                 strerror(errno));
        else
            status = act(tutor, context);
        fflush(stdout);
        _exit(status);
    }
    while (waitpid(child, &status, 0) == -1) {
        if (errno != EINTR)
            return tutor_error(tutor, "waitpid: %s", strerror(errno));
    }
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    (void)tutor_error(tutor, "ended by signal %d (%s)", WTERMSIG(status),
                      strsignal(WTERMSIG(status)));
    return 128 + WTERMSIG(status);
}

const char *inside_whose(const char *function)
{
    size_t count;
    const struct switch_function *all = switch_functions(&count);

    for (size_t i = 0; i < count; i++) {
        if (strcmp(all[i].name, function) == 0 && switch_position(&all[i]) == SWITCH_MINE)
            return "mine";
    }
    return "reference";
}
