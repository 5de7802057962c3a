/* spawn.c - the word `spawn`: a command line becomes a box.
 *
 * The options of this lesson are read here; what is none of them is offered to the lessons after
 * it, which may have added some (struct start_extra).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "../c01-process/boxes.h"
#include "rootless.h"
#include "spawn.h"
#include "start.h"

/* Says once a session, when it is so, that boxes have a user namespace. */
static void say_rootless(struct tutor *tutor)
{
    bool *said = tutor_state(tutor, "c04 rootless", sizeof *said, NULL);

    if (said && !*said && rootless_needed())
        fputs(ROOTLESS_SAYS, stdout);
    if (said)
        *said = true;
}

/* The flag of "--uts", 0 when there is no such kind. */
static unsigned flag_of(const char *option)
{
    for (const struct start_kind *kind = start_kinds; kind->name; kind++) {
        if (kind->flag != CLONE_NEWUSER && strcmp(option + 2, kind->name) == 0)
            return kind->flag;
    }
    return 0;
}

/* What `spawn` was asked for. */
struct order {
    struct start_wish wish;
    const char *leak; /* c01: a file to hold open, without close-on-exec; NULL: none */
    bool close;       /* c01: process_close_on_exec(3) first */
};

/* Reads an option of a later lesson; returns how many words it is, or -1 after having said that
 * it is none, or what is wrong with it. */
static int read_extra(struct tutor *tutor, char **argv, struct start_wish *wish)
{
    const struct start_extra *extra;

    for (size_t i = 0; (extra = start_extra_at(i)); i++) {
        int words = extra->option ? extra->option(tutor, argv, wish) : 0;
        if (words != 0)
            return words;
    }
    (void)tutor_error(tutor, "%s: is no option, or lacks a word: help spawn lists them",
                      argv[0]);
    return -1;
}

/* Reads the options at ARGV into ORDER; returns how many words they are, or -1 after having said
 * which is wrong. */
static int read_options(struct tutor *tutor, char **argv, struct order *order)
{
    int used = 0;

    for (; argv[used] && strncmp(argv[used], "--", 2) == 0; used++) {
        unsigned flag = flag_of(argv[used]);
        order->wish.flags |= flag;
        if (strcmp(argv[used], "--init") == 0) {
            order->wish.init = true;
        } else if (strcmp(argv[used], "--close") == 0) {
            order->close = true;
        } else if (strcmp(argv[used], "--leak") == 0 && argv[used + 1]) {
            order->leak = argv[++used];
        } else if (flag == 0) {
            int words = read_extra(tutor, argv + used, &order->wish);
            if (words == -1)
                return -1;
            used += words - 1;
        }
    }
    /* A process cannot be taken out of its own time: the program must be somebody's child. And
     * that somebody is PID 1, or the program would outlive it. */
    if (order->wish.flags & CLONE_NEWTIME)
        order->wish.init = true;
    if (order->wish.init)
        order->wish.flags |= CLONE_NEWPID;
    return used;
}

/* [--OPTION…] NAME [--OPTION…] CMD [ARG…]. Returns 0, or 2 after having said what is wrong. */
static int read_order(struct tutor *tutor, int argc, char **argv, struct order *order)
{
    int before = read_options(tutor, argv + 1, order);

    if (before == -1)
        return BOXES_USAGE;
    order->wish.name = argv[1 + before];
    int behind = argc < before + 3 ? 0 : read_options(tutor, argv + before + 2, order);
    if (behind == -1)
        return BOXES_USAGE;
    if (argc >= before + 3 + behind) {
        order->wish.argv = argv + before + 2 + behind;
        return 0;
    }
    (void)tutor_error(tutor, "needs a name, and a command: spawn web --uts sleep 1000");
    return BOXES_USAGE;
}

static int start(struct tutor *tutor, const struct order *order, struct process *process)
{
    struct boxes_aside aside;

    if (boxes_aside(tutor, &aside) != 0)
        return 1;
    int status = 0;
    if (order->close && process_close_on_exec(3) == -1)
        status = tutor_error(tutor, "process_close_on_exec: %s (errno %d)",
                             strerror(errno), errno);
    if (status == 0)
        status = start_box(tutor, &order->wish, process);
    boxes_back(&aside);
    return status;
}

int spawn_run(struct tutor *tutor, int argc, char **argv)
{
    struct order order = {0};
    struct process process = {.pidfd = -1};
    const struct start_extra *extra;
    int leak = -1;

    for (size_t i = 0; (extra = start_extra_at(i)); i++) {
        if (extra->begin)
            extra->begin(tutor);
    }
    int status = read_order(tutor, argc, argv, &order);
    if (status != 0)
        return status;
    if (!boxes_may_be_called(tutor, order.wish.name))
        return 1;
    /* Left open on purpose, as in c01: the descriptor that somebody forgot. */
    if (order.leak && (leak = open(order.leak, O_RDONLY)) == -1)
        return tutor_error(tutor, "%s: %s", order.leak, strerror(errno));
    if (order.wish.flags != 0 && !(order.wish.flags & CLONE_NEWUSER))
        say_rootless(tutor);
    status = start(tutor, &order, &process);
    if (leak != -1)
        close(leak);
    return status == 0 ? boxes_add(tutor, order.wish.name, &process, order.wish.argv)
                       : status;
}
