/* step.c - the words of lesson c04-namespaces: boxes in namespaces, seen from both sides.
 *
 * They live in the table of c01 (boxes.h), so its words (`boxes`, `signal`, `wait`, `kill`) work
 * on them. Every function of the module goes through the switchboard, so the learner's and the
 * reference's can be compared.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include "../c01-process/boxes.h"
#include "../c02-chroot/attacks.h"
#include "../c02-chroot/roots.h"
#include "../c03-mounts/tables.h"
#include "../c03-mounts/ways_out.h"
#include "intruder.h"
#include "namespaces.h"
#include "sides.h"
#include "spawn.h"
#include "start.h"

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

static bool is_box(struct tutor *tutor, const char *name)
{
    const char *const *names = boxes_names(tutor);

    while (*names && strcmp(*names, name) != 0)
        names++;
    return *names;
}

/* Of a box; or, as in c03, of a root. */
static int mounts(struct tutor *tutor, int argc, char **argv)
{
    if (!is_box(tutor, argv[1]))
        return tutor_earlier("mounts", "c04-namespaces")->run(tutor, argc, argv);
    if (argc == 3 && strcmp(argv[2], "all") != 0)
        return tutor_error(tutor, "%s: can only be: all", argv[2]);
    pid_t pid = start_inside(boxes_find(tutor, argv[1])->process.pid);
    if (namespaces_same(0, pid, "mnt") == 1)
        return tutor_error(tutor, "%s: has the host's mounts: spawn it with --mnt",
                           argv[1]);
    return tables_show_process(tutor, argv[1], pid, argc == 3);
}

static const char *const *mounts_words(struct tutor *tutor)
{
    static const char *words[64];

    return tutor_join(words, 64, boxes_names(tutor), tables_names(tutor), NULL);
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

    return tutor_join(words, 64, intruder_names, ways_out_names, attacks_names,
                      roots_names(tutor), NULL);
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
        .run = spawn_run,
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
        .name = "mounts",
        .arguments = "NAME [all]",
        .help = "show the mount table of a box, or of a root, beside the host's",
        .details = "Of a box: what the host does not have at this place, and with all, "
                   "what it\nhas, too. Of a root: as in c03.",
        .least = 1,
        .most = 2,
        .completion = TUTOR_COMPLETE_WORDS,
        .words = mounts_words,
        .run = mounts,
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
