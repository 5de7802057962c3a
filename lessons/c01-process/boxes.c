/* boxes.c - the table of boxes, ended and reaped when the session ends.
 *
 * Boxes are children of the session, or it could not wait for them. What they leave behind
 * becomes its child too (PR_SET_CHILD_SUBREAPER), so that `tree` shows orphans and `reap` can
 * wait for them, as PID 1 of a container must. The end of the session does not go through the
 * module: it must work whatever a learner's functions do.
 *
 * Read on: boxes.h; PR_SET_CHILD_SUBREAPER(2const), setpgid(2), pidfd_send_signal(2).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "boxes.h"
#include "signals.h"

/* The numbers from 3 on are for programs: what the session holds stands above them. */
enum { HIGH = 200 };

struct boxes {
    struct box all[BOXES_MOST];
    pid_t group; /* the process group of the session; 0: not looked up yet */
    const char *names[BOXES_MOST + 1];
};

/* What the linker put beside each other; nothing, where no later lesson is linked in. */
extern const struct boxes_extra *const extras[] __asm__("__start_boxes_extras")
    __attribute__((weak));
extern const struct boxes_extra *const extras_end[] __asm__("__stop_boxes_extras")
    __attribute__((weak));

static void take_out(struct box *box)
{
    close(box->pidfd);
    free(box->command);
    *box = (struct box){.process.pidfd = -1, .pidfd = -1};
}

/* The session ends. A box that is gone already makes both calls fail, which is all right. */
static void end_all(void *state)
{
    struct boxes *boxes = state;
    siginfo_t info;

    for (size_t i = 0; i < BOXES_MOST; i++) {
        struct box *box = &boxes->all[i];
        if (!*box->name)
            continue;
        (void)pidfd_send_signal(box->pidfd, SIGKILL, NULL, 0);
        (void)TEMP_FAILURE_RETRY(waitid(P_PIDFD, (id_t)box->pidfd, &info, WEXITED));
        take_out(box);
    }
}

static struct boxes *boxes_of(struct tutor *tutor)
{
    struct boxes *boxes = tutor_state(tutor, "boxes", sizeof *boxes, end_all);

    if (!boxes) {
        perror("the boxes of this session");
        abort();
    }
    return boxes;
}

struct box *boxes_at(struct tutor *tutor, size_t i)
{
    struct box *box = &boxes_of(tutor)->all[i];

    return *box->name ? box : NULL;
}

static struct box *look_up(struct tutor *tutor, const char *name)
{
    for (size_t i = 0; i < BOXES_MOST; i++) {
        struct box *box = boxes_at(tutor, i);
        if (box && strcmp(box->name, name) == 0)
            return box;
    }
    return NULL;
}

struct box *boxes_find(struct tutor *tutor, const char *name)
{
    struct box *box = look_up(tutor, name);

    if (!box)
        (void)tutor_error(tutor, "%s: there is no box of this name: boxes lists them",
                          name);
    return box;
}

struct box *boxes_of_pid(struct tutor *tutor, pid_t pid)
{
    for (size_t i = 0; i < BOXES_MOST; i++) {
        struct box *box = boxes_at(tutor, i);
        if (box && box->process.pid == pid)
            return box;
    }
    return NULL;
}

const char *const *boxes_names(struct tutor *tutor)
{
    struct boxes *boxes = boxes_of(tutor);
    size_t count = 0;

    for (size_t i = 0; i < BOXES_MOST; i++) {
        if (*boxes->all[i].name)
            boxes->names[count++] = boxes->all[i].name;
    }
    boxes->names[count] = NULL;
    return boxes->names;
}

/* Room in the table, or NULL. */
static struct box *room(struct tutor *tutor)
{
    for (size_t i = 0; i < BOXES_MOST; i++) {
        if (!boxes_at(tutor, i))
            return &boxes_of(tutor)->all[i];
    }
    return NULL;
}

bool boxes_may_be_called(struct tutor *tutor, const char *name)
{
    size_t good = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_");

    if (!*name || *name == '-' || name[good] || good > BOXES_NAME)
        (void)tutor_error(tutor, "%s: a name is made of at most %d of a-z, 0-9, - and _",
                          name, BOXES_NAME);
    else if (look_up(tutor, name))
        (void)tutor_error(tutor, "%s: there is a box of this name already", name);
    else if (!room(tutor))
        (void)tutor_error(tutor, "%s: %d boxes are enough: wait for one, or kill it",
                          name, BOXES_MOST);
    else
        return true;
    return false;
}

int boxes_aside(struct tutor *tutor, struct boxes_aside *aside)
{
    struct boxes *boxes = boxes_of(tutor);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (null == -1)
        return tutor_error(tutor, "/dev/null: %s", strerror(errno));
    /* Noted once: a function that crashed in between has not come back to it. */
    if (boxes->group == 0)
        boxes->group = getpgrp();
    aside->group = boxes->group;
    aside->input = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, HIGH);
    if (aside->input == -1 || dup2(null, STDIN_FILENO) == -1) {
        int error = errno;
        close(null);
        if (aside->input != -1)
            close(aside->input);
        return tutor_error(tutor, "standard input: %s", strerror(error));
    }
    close(null);
    /* The group has the number of the session; it lives on as long as a box is in it. A
     * session that leads one already (setsid) stays there: then there is no Ctrl-C. */
    (void)setpgid(0, 0);
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1); /* its arguments are right */
    return 0;
}

void boxes_back(struct boxes_aside *aside)
{
    int error = errno;

    if (getpgrp() != aside->group)
        (void)setpgid(0, aside->group); /* it was ours a moment ago */
    (void)dup2(aside->input,
               STDIN_FILENO); /* both are open, which is all that it needs */
    close(aside->input);
    errno = error;
}

/* ARGV as one line, which the caller frees. */
static char *joined(char *const *argv)
{
    char *line = NULL;
    size_t size;
    FILE *stream = open_memstream(&line, &size);

    if (!stream)
        return NULL;
    for (char *const *word = argv; *word; word++)
        fprintf(stream, "%s%s", word == argv ? "" : " ", *word);
    return fclose(stream) == 0 ? line : NULL;
}

int boxes_add(struct tutor *tutor, const char *name, const struct process *process,
              char *const *argv)
{
    struct box *box = room(tutor);
    int pidfd = fcntl(process->pidfd, F_DUPFD_CLOEXEC, HIGH);
    char *command = joined(argv);

    if (!box || pidfd == -1 || !command) {
        int error = errno;
        if (pidfd != -1)
            close(pidfd);
        free(command);
        return tutor_error(tutor, "%s: process->pidfd is %d: %s", name, process->pidfd,
                           strerror(error));
    }
    *box = (struct box){.process = *process, .command = command, .pidfd = pidfd};
    strcpy(box->name, name);
    printf("%s is process %d\n", name, (int)process->pid);
    return 0;
}

/* Waits until the process has ended, but does not wait for it: false on Ctrl-C. */
static bool has_ended(struct tutor *tutor, const struct box *box)
{
    struct pollfd ended = {.fd = box->pidfd, .events = POLLIN};

    while (poll(&ended, 1, -1) == -1) {
        if (errno != EINTR || tutor_interrupted(tutor))
            return false;
    }
    return true;
}

int boxes_wait(struct tutor *tutor, struct box *box)
{
    struct process_end end = {0};

    if (!has_ended(tutor, box))
        return tutor_error(tutor, "%s: has not ended yet, and goes on", box->name);
    if (process_wait(&box->process, &end) == -1)
        return tutor_error(tutor, "process_wait: %s: %s (errno %d)", box->name,
                           strerror(errno), errno);
    if (end.signal)
        printf("%s: ended by signal %d (%s)%s; as one number %d\n", box->name, end.signal,
               signals_name(end.signal), end.core ? " with a core file" : "",
               process_exit_status(&end));
    else
        printf("%s: ended by itself with %d; as one number %d\n", box->name,
               end.exit_status, process_exit_status(&end));
    char name[sizeof box->name];
    strcpy(name, box->name);
    take_out(box);
    for (const struct boxes_extra *const *extra = extras; extra < extras_end; extra++)
        (*extra)->ended(tutor, name);
    return 0;
}

int boxes_signal(struct tutor *tutor, struct box *box, int signal)
{
    if (process_signal(&box->process, signal) == 0)
        return 0;
    return tutor_error(tutor, "process_signal: %s: %s (errno %d)", box->name,
                       strerror(errno), errno);
}
