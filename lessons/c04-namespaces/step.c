/* step.c - the words of lesson c04-namespaces: boxes in namespaces, seen from both sides.
 *
 * They live in the table of c01 (boxes.h), so its words (`boxes`, `signal`, `wait`, `kill`) work
 * on them. Every function of the module goes through the switchboard, so the learner's and the
 * reference's can be compared.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "../c01-process/boxes.h"
#include "../c02-chroot/attacks.h"
#include "../c02-chroot/roots.h"
#include "../c03-mounts/ways_out.h"
#include "intruder.h"
#include "rootless.h"
#include "sides.h"
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

/* --- spawn ------------------------------------------------------------------------ */

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
            (void)tutor_error(tutor,
                              "%s: is none of --uts --pid --ipc --net --mnt --cgroup "
                              "--time --init --leak FILE --close",
                              argv[used]);
            return -1;
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

static int spawn(struct tutor *tutor, int argc, char **argv)
{
    struct order order = {0};
    struct process process = {.pidfd = -1};
    int leak = -1;

    int status = read_order(tutor, argc, argv, &order);
    if (status != 0)
        return status;
    if (!boxes_may_be_called(tutor, order.wish.name))
        return 1;
    /* Left open on purpose, as in c01: the descriptor that somebody forgot. */
    if (order.leak && (leak = open(order.leak, O_RDONLY)) == -1)
        return tutor_error(tutor, "%s: %s", order.leak, strerror(errno));
    if (order.wish.flags != 0)
        say_rootless(tutor);
    status = start(tutor, &order, &process);
    if (leak != -1)
        close(leak);
    return status == 0 ? boxes_add(tutor, order.wish.name, &process, order.wish.argv)
                       : status;
}

/* --- the others ------------------------------------------------------------------- */

static int in(struct tutor *tutor, int argc, char **argv)
{
    struct box *box = boxes_find(tutor, argv[1]);

    (void)argc;
    if (!box)
        return 1;
    int status = start_in(tutor, start_inside(box->process.pid), argv + 2);
    if (status != 0)
        printf("exit status %d\n", status);
    return status;
}

static int ns(struct tutor *tutor, int argc, char **argv)
{
    struct box *box = boxes_find(tutor, argv[1]);

    (void)argc;
    return box ? sides_namespaces(tutor, box->name, box->process.pid) : 1;
}

static int tree(struct tutor *tutor, int argc, char **argv)
{
    (void)argc, (void)argv;
    sides_tree(tutor);
    return 0;
}

/* Ours, or one of the earlier lessons, which take a root. */
static int attack(struct tutor *tutor, int argc, char **argv)
{
    if (argc == 2) {
        int status = intruder_try(tutor, argv[1]);
        if (status != -1)
            return status;
        return tutor_error(tutor, "%s: no such attack; there are see and signal",
                           argv[1]);
    }
    const char *root = roots_path(tutor, argv[2]);
    if (!root)
        return 1;
    int status = ways_out_try(tutor, argv[1], root);
    return status == -1 ? attacks_try(tutor, argv[1], root) : status;
}

static const char *const *attack_words(struct tutor *tutor)
{
    static const char *words[64];
    const char *const *names[] = {intruder_names, ways_out_names, attacks_names,
                                  roots_names(tutor)};
    size_t count = 0;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        for (const char *const *name = names[i]; *name && count < 63; name++)
            words[count++] = *name;
    }
    words[count] = NULL;
    return words;
}

static const struct tutor_command commands[] = {
    {
        .name = "spawn",
        .arguments = "NAME [--KIND…] CMD [ARG…]",
        .help = "start a box with namespaces of its own",
        .details =
            "KIND is uts, pid, ipc, net, mnt, cgroup or time; without one it is a "
            "process\n"
            "like any other. A box with uts is called NAME, one with net has its "
            "loopback\n"
            "on, one with pid and mnt has its own /proc. --init makes "
            "namespaces_init the\n"
            "first process, and CMD its child; --time does so, too, and has the "
            "box up for\n"
            "a day more. Both mean --pid. --leak FILE and --close are those of c01.",
        .least = 2,
        .most = -1,
        .completion = TUTOR_COMPLETE_FILES,
        .run = spawn,
    },
    {
        .name = "in",
        .arguments = "NAME CMD [ARG…]",
        .help = "run a command in the namespaces of a box",
        .details = "Enters those that are not yours, with namespaces_join.",
        .least = 2,
        .most = -1,
        .completion = TUTOR_COMPLETE_WORDS,
        .words = boxes_names,
        .run = in,
    },
    {
        .name = "ns",
        .arguments = "NAME",
        .help = "show the namespaces of a box beside yours",
        .details = "As /proc/PID/ns has them; namespaces_same says which are its own.",
        .least = 1,
        .most = 1,
        .completion = TUTOR_COMPLETE_WORDS,
        .words = boxes_names,
        .run = ns,
    },
    {
        .name = "tree",
        .arguments = "",
        .help = "show all processes of this session, numbered here and inside",
        .run = tree,
    },
    {
        .name = "attack",
        .arguments = "see|signal, or NAME ROOT",
        .help = "reach for a process outside, before and after",
        .details =
            "Those of c02 and c03 take a root, too: make-root web, attack cwd web.",
        .least = 1,
        .most = 2,
        .completion = TUTOR_COMPLETE_WORDS,
        .words = attack_words,
        .run = attack,
    },
    {0},
};

TUTOR_LESSON(c04) = {
    .id = "c04-namespaces",
    .commands = commands,
};
