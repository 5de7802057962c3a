/* step.c - the words of lesson c06-cgroups: limits for boxes, and what happens at them.
 *
 * `spawn` is that of c04, to which this lesson adds a cgroup (groups.c). What is asked of the
 * cgroup goes through the module, so the learner's and the reference's can be compared.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../c01-process/boxes.h"
#include "groups.h"
#include "hogs.h"
#include "limits.h"
#include "look.h"
#include "runaway.h"

enum {
    HOG_TIME = 10,    /* seconds, when nothing is said */
    BOMB_MOST = 1000, /* processes that a box may have to be handed a bomb */
};

static int limit(struct tutor *tutor, int argc, char **argv)
{
    const struct cgroup *cgroup = groups_of_box(tutor, argv[1]);

    if (!cgroup)
        return 1;
    if (argc == 2) {
        limits_show(argv[1], cgroup);
        return 0;
    }
    if (argc == 4)
        return limits_set(tutor, argv[1], cgroup, argv[2], argv[3]);
    (void)tutor_error(tutor, "%s: how much: limit %s memory 20M", argv[2], argv[1]);
    return BOXES_USAGE;
}

static int hog(struct tutor *tutor, int argc, char **argv)
{
    const struct cgroup *cgroup = groups_of_box(tutor, argv[1]);
    long long seconds = HOG_TIME;

    if (!cgroup)
        return 1;
    if (argc == 5 && (!limits_size(argv[4], &seconds) || seconds < 1 || seconds > 600)) {
        (void)tutor_error(tutor, "%s: must be seconds, from 1 to 600", argv[4]);
        return BOXES_USAGE;
    }
    if (argc == 4 && strcmp(argv[2], "cpu") == 0)
        seconds = 600; /* it ends by itself */
    return hogs_run(tutor, cgroup, argv[2], argv[3], (int)seconds * 1000);
}

/* A bomb is let off behind a limit only: the same line typed into a box without one would take
 * the machine with it. */
static int bomb(struct tutor *tutor, int argc, char **argv)
{
    static const char program[] = "(b(){ b|b& };b) 2>/dev/null";
    const struct cgroup *cgroup = groups_of_box(tutor, argv[1]);
    const struct tutor_command *in = tutor_earlier("in", "c06-cgroups");
    char *words[] = {"in", argv[1], "sh", "-c", (char *)program, NULL};
    long long most;

    (void)argc;
    if (!cgroup)
        return 1;
    if (cgroup_value(cgroup, "pids.max", NULL, &most) == -1)
        return tutor_error(tutor, "%s: pids.max: %s", argv[1], strerror(errno));
    if (most > BOMB_MOST)
        return tutor_error(tutor, "%s: it may have %s processes: limit %s pids 20 first",
                           argv[1], most == LLONG_MAX ? "any number of" : "too many",
                           argv[1]);
    printf("in %s sh -c '%s'\n", argv[1], program);
    return in->run(tutor, 5, words);
}

static int race(struct tutor *tutor, int argc, char **argv)
{
    const struct cgroup *cgroups[2];

    for (int i = 0; i < 2; i++) {
        cgroups[i] = groups_of_box(tutor, argv[1 + i]);
        if (!cgroups[i])
            return 1;
    }
    return hogs_race(tutor, (const char *const[]){argv[1], argv[2]}, cgroups,
                     argc > 3 ? argv[3] : "2");
}

static int events(struct tutor *tutor, int argc, char **argv)
{
    const struct cgroup *cgroup = groups_of_box(tutor, argv[1]);

    (void)argc;
    if (cgroup)
        look_events(cgroup);
    return !cgroup;
}

static int stats(struct tutor *tutor, int argc, char **argv)
{
    const struct cgroup *cgroup = groups_of_box(tutor, argv[1]);

    (void)argc;
    if (cgroup)
        look_stats(cgroup);
    return !cgroup;
}

static int cgroups(struct tutor *tutor, int argc, char **argv)
{
    (void)argc, (void)argv;
    return look_tree(tutor);
}

/* freeze and thaw. */
static int freeze(struct tutor *tutor, int argc, char **argv)
{
    const struct cgroup *cgroup = groups_of_box(tutor, argv[1]);
    bool frozen = strcmp(argv[0], "freeze") == 0;

    (void)argc;
    if (!cgroup)
        return 1;
    if (cgroup_freeze(cgroup, frozen) == -1)
        return tutor_error(tutor, "cgroup_freeze: %s: %s (errno %d)", argv[1],
                           strerror(errno), errno);
    printf("%s is %s\n", argv[1], frozen ? "frozen" : "thawed");
    return 0;
}

/* All that is in the box, when it has a cgroup; otherwise as in c01. */
static int kill_all(struct tutor *tutor, int argc, char **argv)
{
    struct box *box = boxes_find(tutor, argv[1]);
    bool has_none = !box || !tutor_cgroup(tutor);

    (void)argc;
    if (!box)
        return 1;
    const struct cgroup *cgroup = has_none ? NULL : groups_of_box(tutor, argv[1]);
    if (!has_none && !cgroup)
        return 1;
    if (has_none && boxes_signal(tutor, box, SIGKILL) != 0)
        return 1;
    if (cgroup && cgroup_kill(cgroup) == -1)
        return tutor_error(tutor, "cgroup_kill: %s: %s (errno %d)", argv[1],
                           strerror(errno), errno);
    return boxes_wait(tutor, box);
}

static int delegate(struct tutor *tutor, int argc, char **argv)
{
    const struct cgroup *cgroup = groups_of_box(tutor, argv[1]);
    const struct passwd *user = getpwnam(argv[2]);
    char *end;

    (void)argc;
    if (!cgroup)
        return 1;
    unsigned long number = strtoul(argv[2], &end, 10);
    if (!user && (end == argv[2] || *end || number == 0 || number >= 0xffffffff)) {
        (void)tutor_error(tutor, "%s: must be a user: nobody, or 1000", argv[2]);
        return BOXES_USAGE;
    }
    return runaway_delegate(tutor, cgroup, user ? user->pw_uid : (uid_t)number,
                            user ? user->pw_gid : (gid_t)number);
}

/* The `attack` of the lessons before; there always is one, c02's. */
static const struct tutor_command *earlier_attack(void)
{
    return tutor_earlier("attack", "c06-cgroups");
}

static const char *const *attack_words(struct tutor *tutor)
{
    static const char *words[64];

    return tutor_join(words, 64, runaway_names, earlier_attack()->words(tutor), NULL);
}

/* Ours, or one of the earlier lessons. */
static int attack(struct tutor *tutor, int argc, char **argv)
{
    int status = argc == 2 ? runaway_try(tutor, argv[1]) : -1;

    return status != -1 ? status : earlier_attack()->run(tutor, argc, argv);
}

/* The boxes, and what may stand behind them. */
static const char *const *words_of(struct tutor *tutor, const char *const *more)
{
    static const char *words[BOXES_MOST + 16];

    return tutor_join(words, BOXES_MOST + 16, boxes_names(tutor), more, NULL);
}

static const char *const *limit_words(struct tutor *tutor)
{
    return words_of(tutor, limits_words);
}

static const char *const *hog_words(struct tutor *tutor)
{
    return words_of(tutor, hogs_words);
}

#define BOX .completion = TUTOR_COMPLETE_WORDS, .words = boxes_names

static const struct tutor_command commands[] = {
    {
        .name = "cgroups",
        .arguments = "",
        .help = "show the cgroups of the boxes",
        .run = cgroups,
    },
    {
        .name = "limit",
        .arguments = "NAME [WHAT AMOUNT]",
        .help = "set a limit of a box, or show all",
        .details =
            "WHAT is memory, high or swap (20M, 1.5G), pids (20), cpu (25%), weight "
            "(1 to\n"
            "10000) or io (bytes a second that go to the disk of this session: 1M). "
            "max\n"
            "is no limit.",
        .least = 1,
        .most = 3,
        .completion = TUTOR_COMPLETE_WORDS,
        .words = limit_words,
        .run = limit,
    },
    {
        .name = "hog",
        .arguments = "NAME WHAT AMOUNT [SECONDS]",
        .help = "let a process loose in a box, and see how far it comes",
        .details = "WHAT is memory (64M), pids (50), cpu (seconds) or io (4M). It is "
                   "ended after "
                   "ten\n"
                   "seconds, or after SECONDS.",
        .least = 3,
        .most = 4,
        .completion = TUTOR_COMPLETE_WORDS,
        .words = hog_words,
        .run = hog,
    },
    {
        .name = "bomb",
        .arguments = "NAME",
        .help = "let a fork bomb off in a box that has a limit of processes",
        .least = 1,
        .most = 1,
        .completion = TUTOR_COMPLETE_WORDS,
        .words = boxes_names,
        .run = bomb,
    },
    {
        .name = "race",
        .arguments = "NAME NAME [SECONDS]",
        .help = "two processes compute on one processor, one in each box",
        .least = 2,
        .most = 3,
        BOX,
        .run = race,
    },
    {
        .name = "events",
        .arguments = "NAME",
        .help = "show what has happened in a box",
        .least = 1,
        .most = 1,
        BOX,
        .run = events,
    },
    {
        .name = "stats",
        .arguments = "NAME",
        .help = "show what a box uses, and what it waits for",
        .least = 1,
        .most = 1,
        BOX,
        .run = stats,
    },
    {
        .name = "freeze",
        .arguments = "NAME",
        .help = "stop all processes of a box",
        .least = 1,
        .most = 1,
        BOX,
        .run = freeze,
    },
    {
        .name = "thaw",
        .arguments = "NAME",
        .help = "let them go on",
        .least = 1,
        .most = 1,
        BOX,
        .run = freeze,
    },
    {
        .name = "kill",
        .arguments = "NAME",
        .help = "kill all that is in a box, and remove its cgroup",
        .least = 1,
        .most = 1,
        BOX,
        .run = kill_all,
    },
    {
        .name = "delegate",
        .arguments = "NAME USER",
        .help = "give the cgroup of a box to a user, and try what that is good for",
        .least = 2,
        .most = 2,
        BOX,
        .run = delegate,
    },
    {
        .name = "attack",
        .arguments = "leave|raise, or as before",
        .help = "try to get out of a cgroup, before and after",
        .details =
            "The attacks of the earlier lessons work, too: attack see; attack cwd ROOT.",
        .least = 1,
        .most = 2,
        .completion = TUTOR_COMPLETE_WORDS,
        .words = attack_words,
        .run = attack,
    },
    {0},
};

TUTOR_LESSON(c06) = {
    .id = "c06-cgroups",
    .commands = commands,
};
