/* step.c - the words of lesson c05-users: maps by hand, boxes with users of their own, and who is
 * who on both sides.
 *
 * Boxes are those of c01, started by the `spawn` of c04, to which userbox.c adds its options. The
 * words in the first part of this file call one function each and touch nothing.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../c01-process/boxes.h"
#include "../c02-chroot/attacks.h"
#include "../c02-chroot/roots.h"
#include "../c03-mounts/ways_out.h"
#include "../c04-namespaces/intruder.h"
#include "../c04-namespaces/spawn.h"
#include "../c04-namespaces/start.h"
#include "both.h"
#include "cleanup.h"
#include "escalate.h"
#include "keptout.h"
#include "ranges.h"

/* --- maps as numbers and text ----------------------------------------------------- */

/* Reads the ranges at ARGV. Returns 0, or 2 after having said what is wrong. */
static int read_ranges(struct tutor *tutor, char **argv, struct ranges *ranges)
{
    int status = 0;

    *ranges = (struct ranges){0};
    for (; status == 0 && *argv; argv++)
        status = ranges_add(tutor, *argv, ranges);
    return status;
}

static int format(struct tutor *tutor, int argc, char **argv)
{
    char text[USERS_MAP_SIZE];
    struct ranges ranges;

    (void)argc;
    if (read_ranges(tutor, argv + 1, &ranges) != 0)
        return RANGES_USAGE;
    int length = users_format(ranges.users, ranges.count, text, sizeof text);
    if (length == -1)
        return tutor_error(tutor, "users_format: %s (errno %d)", strerror(errno), errno);
    printf("%.*s%d bytes\n", length, text, length);
    return 0;
}

static int translate(struct tutor *tutor, int argc, char **argv)
{
    char *end;
    unsigned long long inside = strtoull(argv[1], &end, 10);
    struct ranges ranges;
    uint32_t outside;

    (void)argc;
    if (*argv[1] < '0' || *argv[1] > '9' || *end || inside > UINT32_MAX) {
        (void)tutor_error(tutor, "%s: is no number of 32 bits: outside 5 0:100000:65536",
                          argv[1]);
        return RANGES_USAGE;
    }
    if (read_ranges(tutor, argv + 2, &ranges) != 0)
        return RANGES_USAGE;
    if (users_outside(ranges.users, ranges.count, (uint32_t)inside, &outside) == -1)
        return tutor_error(tutor, "users_outside: %s (errno %d)", strerror(errno), errno);
    printf("%llu inside is %" PRIu32 " outside\n", inside, outside);
    return 0;
}

static int subordinate(struct tutor *tutor, int argc, char **argv)
{
    const char *file = argc > 2 ? argv[2] : "/etc/subuid";
    struct users_map range;

    if (users_subordinate(file, argv[1], &range) == -1)
        return tutor_error(tutor, "users_subordinate: %s: %s (errno %d)", argv[1],
                           strerror(errno), errno);
    printf("%s may hand out ", argv[1]);
    ranges_print(range.outside, range.count, 0);
    printf(", as ");
    ranges_print(range.inside, range.count, 0);
    puts("");
    return 0;
}

static void print_plan(const char *what, const struct users_map *map, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        printf("%-10s", i == 0 ? what : "");
        ranges_print(map[i].inside, map[i].count, 24);
        ranges_print(map[i].outside, map[i].count, 0);
        puts("");
    }
}

static int plan(struct tutor *tutor, int argc, char **argv)
{
    struct users_plan plan;
    char why[128];

    (void)tutor, (void)argc, (void)argv;
    bool more = ranges_plan(&plan, why, sizeof why);
    printf("%-10s%-24s%s\n", "", "inside", "here");
    print_plan("users", plan.users, plan.user_ranges);
    print_plan("groups", plan.groups, plan.group_ranges);
    printf("to be written by %s\n", plan.helpers ? "newuidmap and newgidmap" : "you");
    if (!more)
        puts(why);
    return 0;
}

/* --- boxes ------------------------------------------------------------------------ */

/* The words at ARGV as text: "me" is NUMBER, "/" a new line. False: they are too long. */
static bool join_words(char **argv, unsigned number, char *text, size_t size)
{
    size_t length = 0;
    bool begins = true;

    for (; *argv; argv++) {
        char mine[16];
        bool line = strcmp(*argv, "/") == 0;
        (void)snprintf(mine, sizeof mine, "%u", number);
        int written =
            snprintf(text + length, size - length, "%s%s", begins || line ? "" : " ",
                     line                       ? "\n"
                     : strcmp(*argv, "me") == 0 ? mine
                                                : *argv);
        if (written < 0 || (size_t)written >= size - length)
            return false;
        length += (size_t)written;
        begins = line;
    }
    return true;
}

static const char *const writable[] = {"uid_map", "gid_map", "setgroups", NULL};

/* NAME FILE WORDS…: with one write(2), and what the kernel says to it. */
static int write_file(struct tutor *tutor, int argc, char **argv)
{
    struct box *box = boxes_find(tutor, argv[1]);
    char path[64], text[256];
    bool known = false;

    (void)argc;
    if (!box)
        return 1;
    for (const char *const *name = writable; *name; name++)
        known |= strcmp(*name, argv[2]) == 0;
    bool groups = strcmp(argv[2], "gid_map") == 0;
    if (!known) {
        (void)tutor_error(tutor, "%s: is none of uid_map, gid_map and setgroups",
                          argv[2]);
        return BOXES_USAGE;
    }
    if (!join_words(argv + 3, groups ? getegid() : geteuid(), text, sizeof text)) {
        (void)tutor_error(tutor, "%s: that is more than %zu bytes: fewer ranges do",
                          argv[2], sizeof text);
        return BOXES_USAGE;
    }
    (void)snprintf(path, sizeof path, "/proc/%d/%s", (int)box->process.pid, argv[2]);
    CLEANUP_CLOSE int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file == -1)
        return tutor_error(tutor, "%s: %s", path, strerror(errno));
    ssize_t written = write(file, text, strlen(text));
    if (written == -1)
        printf("write(2): %s\n", strerror(errno));
    else
        printf("write(2): %zd bytes\n", written);
    return 0;
}

static int maps(struct tutor *tutor, int argc, char **argv)
{
    struct box *box = boxes_find(tutor, argv[1]);

    (void)argc;
    return box ? both_maps(tutor, box->name, box->process.pid) : 1;
}

static int whose(struct tutor *tutor, int argc, char **argv)
{
    struct box *box = boxes_find(tutor, argv[1]);

    (void)argc;
    return box ? both_files(tutor, box->name, box->process.pid, argv + 2) : 1;
}

/* --- attack ----------------------------------------------------------------------- */

/* Ours, or one of the earlier lessons; those of c02 and c03 take a root. */
static int attack(struct tutor *tutor, int argc, char **argv)
{
    if (argc == 2) {
        if (strcmp(argv[1], "groups") == 0)
            return keptout_try(tutor);
        int status = escalate_try(tutor, argv[1]);
        if (status == -1)
            status = intruder_try(tutor, argv[1]);
        if (status != -1)
            return status;
        return tutor_error(tutor, "%s: no such attack: help attack lists them", argv[1]);
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
    static const char *const own[] = {"groups", NULL};

    return tutor_join(words, 64, escalate_names, own, intruder_names, ways_out_names,
                      attacks_names, roots_names(tutor), NULL);
}

static const struct tutor_command commands[] = {
    {
        .name = "spawn",
        .arguments = "NAME [--OPTION…] CMD [ARG…]",
        .help = "start a box with users of its own",
        .details =
            "--user makes a user namespace in which you are root. --map "
            "INSIDE:OUTSIDE:COUNT\n"
            "maps a range of users and of groups, \"me\" for OUTSIDE is you; it can be "
            "given\n"
            "more than once. --ranges maps you and what /etc/subuid gives you, with\n"
            "newuidmap. --unmapped maps nobody: see `write`. The options of c04 work, "
            "too:\n"
            "--uts --pid --ipc --net --mnt --cgroup --time --init, and those of c01.",
        .least = 2,
        .most = -1,
        .completion = TUTOR_COMPLETE_FILES,
        .run = spawn_run,
    },
    {
        .name = "maps",
        .arguments = "NAME",
        .help = "show who is who in a box, inside and here",
        .details = "As /proc/PID/uid_map, gid_map, setgroups and status have it.",
        .least = 1,
        .most = 1,
        .completion = TUTOR_COMPLETE_WORDS,
        .words = boxes_names,
        .run = maps,
    },
    {
        .name = "whose",
        .arguments = "NAME FILE…",
        .help = "show the owner of a file, inside and here",
        .least = 2,
        .most = -1,
        .completion = TUTOR_COMPLETE_FILES,
        .run = whose,
    },
    {
        .name = "write",
        .arguments = "NAME FILE WORD…",
        .help = "write to uid_map, gid_map or setgroups",
        .details =
            "With one write(2), from here. \"me\" is your number, \"/\" begins a new "
            "line:\n"
            "write bare uid_map 0 me 1 / 1 100000 65536",
        .least = 3,
        .most = -1,
        .completion = TUTOR_COMPLETE_WORDS,
        .words = boxes_names,
        .run = write_file,
    },
    {
        .name = "format",
        .arguments = "RANGE…",
        .help = "make the text of a map, with users_format",
        .details = "A RANGE is INSIDE:OUTSIDE:COUNT, as 0:100000:65536.",
        .least = 1,
        .most = -1,
        .run = format,
    },
    {
        .name = "outside",
        .arguments = "NUMBER RANGE…",
        .help = "translate a number inside, with users_outside",
        .details = "outside 5 0:100000:65536",
        .least = 2,
        .most = -1,
        .run = translate,
    },
    {
        .name = "subordinate",
        .arguments = "OWNER [FILE]",
        .help = "find a range, with users_subordinate",
        .details = "In /etc/subuid, or in FILE.",
        .least = 1,
        .most = 2,
        .completion = TUTOR_COMPLETE_FILES,
        .run = subordinate,
    },
    {
        .name = "plan",
        .arguments = "",
        .help = "show what you can map, with users_decide",
        .run = plan,
    },
    {
        .name = "attack",
        .arguments = "files|kill|host|setuid|groups",
        .help = "do as root inside what root may do outside",
        .details = "groups takes root. Those of c04 are see and signal; those of c02 and "
                   "c03 take a root, too:\n"
                   "make-root web, attack cwd web.",
        .least = 1,
        .most = 2,
        .completion = TUTOR_COMPLETE_WORDS,
        .words = attack_words,
        .run = attack,
    },
    {0},
};

TUTOR_LESSON(c05) = {
    .id = "c05-users",
    .commands = commands,
};
