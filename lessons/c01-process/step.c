/* step.c - the words of lesson c01-process: boxes beside the prompt, and what becomes of them.
 *
 * A box is a process with a name (boxes.h), started with process_spawn and not waited for: the
 * prompt comes back, and the box lives on beside it. Each word then does one thing to a box, or
 * shows what /proc says of it (family.h). Every function of the module goes through the
 * switchboard, so the learner's and the reference's can be compared.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "boxes.h"
#include "family.h"
#include "shows.h"
#include "signals.h"

/* --- spawn ------------------------------------------------------------------------ */

/* What `spawn` was asked for. */
struct wish {
    const char *leak; /* a file to hold open, without close-on-exec; NULL: none */
    bool close;       /* process_close_on_exec(3) first */
};

/* Takes the options off the front of ARGV. Returns how many words that are, -1 for a wrong
 * one. */
static int read_options(struct tutor *tutor, char **argv, struct wish *wish)
{
    int used = 0;

    while (argv[used] && argv[used][0] == '-') {
        if (strcmp(argv[used], "--close") == 0) {
            wish->close = true;
            used++;
        } else if (strcmp(argv[used], "--leak") == 0 && argv[used + 1]) {
            wish->leak = argv[used + 1];
            used += 2;
        } else {
            (void)tutor_error(tutor, "%s: is none of --leak FILE, --close", argv[used]);
            return -1;
        }
    }
    return used;
}

/* Starts the program, looked up in PATH, with what the wish says. 0, or 1 having said it. */
static int start(struct tutor *tutor, const struct wish *wish, char **argv,
                 struct process *process)
{
    char path[PATH_MAX];

    if (process_find(argv[0], environ, path, sizeof path) == -1)
        strcpy(path, strlen(argv[0]) < sizeof path ? argv[0] : "?"); /* execve says why */
    if (wish->close && process_close_on_exec(3) == -1)
        return tutor_error(tutor, "process_close_on_exec: %s (errno %d)", strerror(errno),
                           errno);
    if (process_spawn(path, argv, environ, process) == -1)
        return tutor_error(tutor, "process_spawn: %s: %s (errno %d)", argv[0],
                           strerror(errno), errno);
    return 0;
}

static int spawn(struct tutor *tutor, int argc, char **argv)
{
    struct wish wish = {0};
    struct process process = {.pidfd = -1};
    struct boxes_aside aside;
    int used = read_options(tutor, argv + 1, &wish), leak = -1, status = 1;

    if (used == -1)
        return BOXES_USAGE;
    argv += 1 + used;
    if (argc < 3 + used) {
        (void)tutor_error(tutor, "needs a name, and a command: spawn web sleep 1000");
        return BOXES_USAGE;
    }
    if (!boxes_may_be_called(tutor, argv[0]))
        return 1;
    /* Left open on purpose: this is the descriptor that somebody forgot. */
    if (wish.leak && (leak = open(wish.leak, O_RDONLY)) == -1)
        return tutor_error(tutor, "%s: %s", wish.leak, strerror(errno));
    if (boxes_aside(tutor, &aside) == 0) {
        fflush(stdout); /* or a child that prints would print what is buffered, too */
        status = start(tutor, &wish, argv + 1, &process);
        boxes_back(&aside);
    }
    if (leak != -1)
        close(leak);
    return status == 0 ? boxes_add(tutor, argv[0], &process, argv + 1) : status;
}

/* --- looking ---------------------------------------------------------------------- */

static int boxes(struct tutor *tutor, int argc, char **argv)
{
    int count = 0;

    (void)argc, (void)argv;
    for (size_t i = 0; i < BOXES_MOST; i++) {
        const struct box *box = boxes_at(tutor, i);
        if (!box)
            continue;
        printf("%-16s %7d  %-9s %s\n", box->name, (int)box->process.pid,
               process_ended(&box->process) ? "ended" : family_state(box->process.pid),
               box->command);
        count++;
    }
    if (count == 0)
        puts("there is none: spawn NAME CMD starts one");
    return 0;
}

static int tree(struct tutor *tutor, int argc, char **argv)
{
    (void)argc, (void)argv;
    family_tree(tutor);
    return 0;
}

/* A program that has just begun still opens and closes what it is made of. Most come to rest
 * within milliseconds; one that never does is looked at as it is. */
static void let_settle(pid_t pid)
{
    const struct timespec pause = {.tv_nsec = 5000000};

    for (int i = 0; i < 200 && strcmp(family_state(pid), "running") == 0; i++)
        (void)nanosleep(&pause, NULL); /* woken early: looks again */
}

static int fds(struct tutor *tutor, int argc, char **argv)
{
    const struct box *box = argc > 1 ? boxes_find(tutor, argv[1]) : NULL;

    if (argc > 1 && !box)
        return 1;
    if (box)
        let_settle(box->process.pid);
    return family_descriptors(tutor, box ? box->process.pid : getpid());
}

/* --- ending ----------------------------------------------------------------------- */

static int signal_box(struct tutor *tutor, int argc, char **argv)
{
    struct box *box = boxes_find(tutor, argv[1]);
    int number = signals_number(argv[2]);

    (void)argc;
    if (!box)
        return 1;
    if (number == 0) {
        (void)tutor_error(tutor, "%s: is no signal: TERM, KILL, 15, …", argv[2]);
        return BOXES_USAGE;
    }
    if (boxes_signal(tutor, box, number) != 0)
        return 1;
    printf("%s is sent to %s\n", signals_name(number), box->name);
    return 0;
}

static int wait_box(struct tutor *tutor, int argc, char **argv)
{
    struct box *box = boxes_find(tutor, argv[1]);

    (void)argc;
    return box ? boxes_wait(tutor, box) : 1;
}

static int kill_box(struct tutor *tutor, int argc, char **argv)
{
    struct box *box = boxes_find(tutor, argv[1]);

    (void)argc;
    if (!box || boxes_signal(tutor, box, SIGKILL) != 0)
        return 1;
    return boxes_wait(tutor, box);
}

/* --- zombies ---------------------------------------------------------------------- */

/* A process that has ended, and that nobody has waited for. It is in no table. */
static int zombie(struct tutor *tutor, int argc, char **argv)
{
    struct process process = {.pidfd = -1};
    struct boxes_aside aside;
    char *words[] = {"true", NULL};

    (void)argc, (void)argv;
    if (boxes_aside(tutor, &aside) != 0)
        return 1;
    int status = start(tutor, &(struct wish){0}, words, &process);
    boxes_back(&aside);
    if (status != 0)
        return status;
    struct pollfd ended = {.fd = process.pidfd, .events = POLLIN};
    if (poll(&ended, 1, 5000) != 1)
        return tutor_error(tutor, "process %d has not ended", (int)process.pid);
    close(process.pidfd);
    printf("process %d has ended, and nobody has waited for it\n", (int)process.pid);
    return 0;
}

/* Boxes that have ended are waited for by name first, so that no exit status is lost. */
static int reap(struct tutor *tutor, int argc, char **argv)
{
    (void)argc, (void)argv;
    for (size_t i = 0; i < BOXES_MOST; i++) {
        struct box *box = boxes_at(tutor, i);
        if (box && process_ended(&box->process) && boxes_wait(tutor, box) != 0)
            return 1;
    }
    int count = process_reap(0);
    if (count == -1)
        return tutor_error(tutor, "process_reap: %s (errno %d)", strerror(errno), errno);
    printf("process_reap has waited for %d\n", count);
    return 0;
}

static const struct tutor_command commands[] = {
    {
        .name = "spawn",
        .arguments = "[--leak FILE] [--close] NAME CMD [ARG…]",
        .help = "start a process that lives beside the prompt",
        .details =
            "It is looked up in PATH, reads nothing (/dev/null), and Ctrl-C does not\n"
            "reach it. --leak opens FILE in this session first, and leaves it open for\n"
            "the program; --close marks all from 3 on with process_close_on_exec.\n"
            "When the session ends, so do its boxes.",
        .least = 2,
        .most = -1,
        .completion = TUTOR_COMPLETE_FILES,
        .run = spawn,
    },
    {
        .name = "boxes",
        .arguments = "",
        .help = "list the boxes: name, pid, state, command",
        .run = boxes,
    },
    {
        .name = "ps",
        .arguments = "",
        .help = "the same as boxes",
        .run = boxes,
    },
    {
        .name = "tree",
        .arguments = "",
        .help = "show this session and all processes below it",
        .details = "What has no name (-) was started by a box, or was left behind.",
        .run = tree,
    },
    {
        .name = "fds",
        .arguments = "[NAME]",
        .help = "show the open descriptors of a box, or of this session",
        .details = "As /proc/PID/fd has them.",
        .most = 1,
        .completion = TUTOR_COMPLETE_WORDS,
        .words = boxes_names,
        .run = fds,
    },
    {
        .name = "signal",
        .arguments = "NAME SIGNAL",
        .help = "send a signal to a box, through its pidfd",
        .details = "SIGNAL is a name (TERM, SIGTERM) or a number (15).",
        .least = 2,
        .most = 2,
        .completion = TUTOR_COMPLETE_WORDS,
        .words = boxes_names,
        .run = signal_box,
    },
    {
        .name = "wait",
        .arguments = "NAME",
        .help = "wait until a box ends, and say how it did",
        .least = 1,
        .most = 1,
        .completion = TUTOR_COMPLETE_WORDS,
        .words = boxes_names,
        .run = wait_box,
    },
    {
        .name = "kill",
        .arguments = "NAME",
        .help = "end a box with SIGKILL, and wait for it",
        .least = 1,
        .most = 1,
        .completion = TUTOR_COMPLETE_WORDS,
        .words = boxes_names,
        .run = kill_box,
    },
    {
        .name = "forward",
        .arguments = "NAME [SIGNAL…]",
        .help = "put a process in front of a box that passes signals on",
        .details = "It stays there until the box ends. Each SIGNAL is sent to the one in "
                   "front,\n"
                   "and so is your Ctrl-C. Passed on: HUP INT QUIT TERM USR1 USR2.",
        .least = 1,
        .most = -1,
        .completion = TUTOR_COMPLETE_WORDS,
        .words = boxes_names,
        .run = shows_forward,
    },
    {
        .name = "zombie",
        .arguments = "",
        .help = "make a process that has ended, and that nobody waits for",
        .run = zombie,
    },
    {
        .name = "reap",
        .arguments = "",
        .help = "wait for all that has ended",
        .details = "Boxes by their names, all others with process_reap.",
        .run = reap,
    },
    {
        .name = "race",
        .arguments = "",
        .help = "see why a pid is no handle, and a pidfd is",
        .run = shows_race,
    },
    {0},
};

TUTOR_LESSON(c01) = {
    .id = "c01-process",
    .commands = commands,
};
