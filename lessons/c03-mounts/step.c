/* step.c - the words of lesson c03-mounts: a mount table of its own, changed step by
 * step.
 *
 * Each word that changes a table makes one call of the module, in a child that has joined
 * the table (tables.h). mount-root makes them all in a row, in the order of
 * mini-container.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../c02-chroot/attacks.h"
#include "../c02-chroot/inside.h"
#include "../c02-chroot/roots.h"
#include "calls.h"
#include "mounts.h"
#include "tables.h"
#include "ways_out.h"

static char *const environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/",
                                    "TERM=linux", "PS1=inside:\\w\\$ ", NULL};

/* --- tables ------------------------------------------------------------------------- */

/* Each word that makes one call: WORD ROOT [...]. */
static int change(struct tutor *tutor, int argc, char **argv)
{
    struct table *found = tables_find(tutor, argv[1]);

    return found ? calls_make(tutor, found, argv[0], argc - 2, argv + 2) : 1;
}

static int table(struct tutor *tutor, int argc, char **argv)
{
    (void)argc;
    return tables_start(tutor, argv[1]);
}

static int drop(struct tutor *tutor, int argc, char **argv)
{
    struct table *found = tables_find(tutor, argv[1]);

    (void)argc;
    if (!found)
        return 1;
    tables_end(tutor, found);
    return 0;
}

static int mount_root(struct tutor *tutor, int argc, char **argv)
{
    char *none[] = {NULL};

    (void)argc;
    if (tables_start(tutor, argv[1]))
        return 1;
    struct table *found = tables_find(tutor, argv[1]);
    for (const char *const *word = calls_usual; *word; word++) {
        printf("%s %s\n", *word, argv[1]);
        int status = calls_make(tutor, found, *word, 0, none);
        if (status)
            return status;
    }
    return 0;
}

static int mounts(struct tutor *tutor, int argc, char **argv)
{
    struct table *found = tables_find(tutor, argv[1]);

    if (!found)
        return 1;
    if (argc == 3 && strcmp(argv[2], "all") != 0)
        return tutor_error(tutor, "%s: can only be: all", argv[2]);
    return tables_show(tutor, found, argc == 3);
}

static int do_enter(struct tutor *tutor, struct table *table, void *context)
{
    char **argv = context;

    (void)table;
    environ = (char **)environment;
    execvp(argv[0], argv);
    int error = errno;
    (void)tutor_error(tutor, "execve: %s: %s", argv[0], strerror(error));
    return error == ENOENT ? 127 : 126; /* what a shell makes of it */
}

static int enter_mounts(struct tutor *tutor, int argc, char **argv)
{
    struct table *found = tables_find(tutor, argv[1]);

    (void)argc;
    if (!found)
        return 1;
    int status = tables_inside(tutor, found, do_enter, argv + 2);
    if (status)
        printf("exit status %d\n", status);
    return status;
}

/* --- resolve ------------------------------------------------------------------------ */

struct resolve {
    const char *root, *path;
};

/* Prints what a descriptor leads to: the kernel's own word. */
static void show_descriptor(const char *way, int fd)
{
    char link[64], target[PATH_MAX];
    ssize_t length = -1;

    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    if (fd != -1)
        length = readlink(link, target, sizeof target - 1);
    target[length > 0 ? length : 0] = '\0';
    printf("  %-12s %s\n", way, length > 0 ? target : strerror(errno));
}

static int do_resolve(struct tutor *tutor, void *context)
{
    const struct resolve *resolve = context;
    char path[PATH_MAX];
    int root = open(resolve->root, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (root == -1)
        return tutor_error(tutor, "%s: %s", resolve->root, strerror(errno));
    if (snprintf(path, sizeof path, "%s/%s", resolve->root, resolve->path) >= PATH_MAX)
        return tutor_error(tutor, "%s: %s", resolve->path, strerror(ENAMETOOLONG));
    show_descriptor("open", open(path, O_PATH | O_CLOEXEC));
    show_descriptor("inside_open", inside_open(root, resolve->path, O_PATH));
    return 0;
}

static int resolve(struct tutor *tutor, int argc, char **argv)
{
    struct resolve resolve = {roots_path(tutor, argv[1]), argv[2]};

    (void)argc;
    return resolve.root ? inside_child(tutor, do_resolve, &resolve) : 1;
}

/* --- attack ------------------------------------------------------------------------- */

/* The attacks of this lesson, and those of c02. */
static int attack(struct tutor *tutor, int argc, char **argv)
{
    const char *root = roots_path(tutor, argv[2]);

    (void)argc;
    if (!root)
        return 1;
    roots_say_rootless(tutor);
    int status = ways_out_try(tutor, argv[1], root);
    if (status != -1)
        return status;
    for (const char *const *name = attacks_names; *name; name++) {
        if (strcmp(*name, argv[1]) == 0)
            return attacks_try(tutor, argv[1], root);
    }
    return tutor_error(tutor, "%s: no such attack; help attack lists them", argv[1]);
}

static const char *const *attack_words(struct tutor *tutor)
{
    static const char *words[64];

    return tutor_join(words, 64, ways_out_names, attacks_names, roots_names(tutor), NULL);
}

/* A word that makes one call of the module. */
#define CHANGE(NAME, ARGUMENTS, HELP, DETAILS, LEAST, MOST)                              \
    {                                                                                    \
        .name = NAME, .arguments = ARGUMENTS, .help = HELP, .details = DETAILS,          \
        .least = LEAST, .most = MOST, .completion = TUTOR_COMPLETE_WORDS,                \
        .words = tables_names, .run = change,                                            \
    }

static const struct tutor_command commands[] = {
    {
        .name = "table",
        .arguments = "ROOT",
        .help = "start a process with a mount table of its own",
        .details =
            "It stands still until drop, or the end of the session. Its mounts are made\n"
            "slaves of the host's first, so nothing that you do gets out.",
        .least = 1,
        .most = 1,
        .completion = TUTOR_COMPLETE_WORDS,
        .words = roots_names,
        .run = table,
    },
    {
        .name = "mounts",
        .arguments = "ROOT [all]",
        .help = "show the mount table of a root, beside the host's",
        .details =
            "From /proc/PID/mountinfo: what is below the root, and how many mounts\n"
            "of the host there are beside these; with all, these too.",
        .least = 1,
        .most = 2,
        .completion = TUTOR_COMPLETE_WORDS,
        .words = tables_names,
        .run = mounts,
    },
    CHANGE("private", "ROOT", "call mounts_private in a table",
           "Ends the propagation of mounts from the host.", 1, 1),
    CHANGE("bind", "ROOT", "call mounts_root in a table",
           "Makes the directory of the root a mount.", 1, 1),
    CHANGE("attach", "ROOT [TARGET]", "call mounts_attach in a table",
           "TARGET is one of mounts_usual: /proc /sys /dev /dev/pts /dev/shm\n"
           "/dev/mqueue /tmp. Without one it is all of them.",
           1, 2),
    CHANGE("devices", "ROOT", "call mounts_devices in a table",
           "Makes the nodes and links of /dev.", 1, 1),
    CHANGE("volume", "ROOT SOURCE TARGET [ro]", "call mounts_volume in a table",
           "SOURCE is a path as the table has it, TARGET one inside the root. With ro\n"
           "it is read-only.",
           3, 4),
    CHANGE("pivot", "ROOT", "call mounts_pivot in a table",
           "The root becomes / of the table, and the host is unmounted from it.", 1, 1),
    CHANGE("read-only", "ROOT [PATH…]", "call mounts_read_only in a table",
           "Without a path it is the list mounts_protected.", 1, -1),
    CHANGE("mask", "ROOT [PATH…]", "call mounts_mask in a table",
           "Without a path it is the list mounts_masked.", 1, -1),
    CHANGE("seal", "ROOT", "call mounts_seal_root in a table",
           "Makes the root read-only, but not what is mounted in it.", 1, 1),
    {
        .name = "mount-root",
        .arguments = "ROOT",
        .help = "table and all steps behind it, but volume and seal",
        .least = 1,
        .most = 1,
        .completion = TUTOR_COMPLETE_WORDS,
        .words = roots_names,
        .run = mount_root,
    },
    {
        .name = "enter-mounts",
        .arguments = "ROOT CMD [ARG…]",
        .help = "run a program in the table of a root",
        .details = "It joins the table's namespaces with setns(2); its / is that of the\n"
                   "table: the host's before pivot, the root after it.",
        .least = 2,
        .most = -1,
        .completion = TUTOR_COMPLETE_WORDS,
        .words = tables_names,
        .run = enter_mounts,
    },
    {
        .name = "drop",
        .arguments = "ROOT",
        .help = "end the process that holds a table, and all in it",
        .least = 1,
        .most = 1,
        .completion = TUTOR_COMPLETE_WORDS,
        .words = tables_names,
        .run = drop,
    },
    {
        .name = "resolve",
        .arguments = "ROOT PATH",
        .help = "show where a path leads, with open and inside_open",
        .details =
            "open gets ROOT/PATH as one path; inside_open gets ROOT as a descriptor.",
        .least = 2,
        .most = 2,
        .completion = TUTOR_COMPLETE_WORDS,
        .words = roots_names,
        .run = resolve,
    },
    {
        .name = "attack",
        .arguments = "escape|volume|dev|mask ROOT",
        .help = "try a way out, before and after it is closed",
        .details =
            "\"before\" does the step as one would at first, \"after\" with the\n"
            "functions of the module, yours or the reference's. The attacks of c02\n"
            "(cwd, descriptor, groups, user, chroot) can be tried too.",
        .least = 2,
        .most = 2,
        .completion = TUTOR_COMPLETE_WORDS,
        .words = attack_words,
        .run = attack,
    },
    {0},
};

TUTOR_LESSON(c03) = {
    .id = "c03-mounts",
    .commands = commands,
};
