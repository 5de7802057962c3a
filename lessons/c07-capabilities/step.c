/* step.c - the words of lesson c07-capabilities: what a box may do, set by set.
 *
 * `spawn` is c04's, with the options of drop.c; `caps` shows a box beside the session, `attack`
 * tries what a capability opens, and what a program from the image can give. Every function of
 * the module goes through the switchboard, so the learner's and the reference's can be compared.
 */
#define _GNU_SOURCE
#include <stdbool.h>
#include <string.h>
#include "../c01-process/boxes.h"
#include "../c04-namespaces/spawn.h"
#include "../c04-namespaces/start.h"
#include "doors.h"
#include "sets.h"
#include "strangers.h"

static int caps(struct tutor *tutor, int argc, char **argv)
{
    if (argc == 1)
        return sets_session(tutor);
    struct box *box = boxes_find(tutor, argv[1]);
    return box ? sets_box(tutor, box->name, start_inside(box->process.pid)) : 1;
}

/* The `attack` of the lessons before; there always is one, c02's. */
static const struct tutor_command *earlier_attack(void)
{
    return tutor_earlier("attack", "c07-capabilities");
}

static bool is_among(const char *word, const char *const *words)
{
    while (*words && strcmp(*words, word) != 0)
        words++;
    return *words;
}

static int attack(struct tutor *tutor, int argc, char **argv)
{
    int status = -1;

    if (argc == 2)
        status = doors_try(tutor, argv[1]);
    if (argc == 2 && status == -1)
        status = strangers_try(tutor, argv[1]);
    if (status != -1)
        return status;
    if (argc == 2 && !is_among(argv[1], earlier_attack()->words(tutor)))
        return tutor_error(tutor,
                           "%s: no such attack; this lesson has net_raw, sys_admin, "
                           "dac_override, sys_chroot, gain and inheritable",
                           argv[1]);
    return earlier_attack()->run(tutor, argc, argv);
}

static const char *const *attack_words(struct tutor *tutor)
{
    static const char *words[64];

    return tutor_join(words, 64, doors_names, strangers_names,
                      earlier_attack()->words(tutor), NULL);
}

static const struct tutor_command commands[] = {
    {
        .name = "caps",
        .arguments = "[NAME]",
        .help = "show the capabilities of a box beside yours",
        .details = "All five sets, as /proc/PID/status has them, and no_new_privs. "
                   "Without NAME,\n"
                   "those of this session, and its securebits.",
        .least = 0,
        .most = 1,
        .completion = TUTOR_COMPLETE_WORDS,
        .words = boxes_names,
        .run = caps,
    },
    {
        .name = "spawn",
        .arguments = "NAME [--OPTION…] CMD [ARG…]",
        .help = "start a box with few capabilities",
        .details =
            "--caps LIST leaves it these and no more, with capabilities_become: names as "
            "in kill,net_raw, or default, all, none; -NAME takes one away. --as UID "
            "makes "
            "it this user and group, in numbers. --no-new-privs calls "
            "capabilities_no_new_privileges. --noroot sets the securebit by which user 0 "
            "is like any other. --skip STEP forgets a step of --caps: bounding, keep or "
            "sets. The options of the earlier lessons work, too: --uts --pid --ipc --net "
            "--mnt --cgroup --time --init, and so on.",
        .least = 2,
        .most = -1,
        .completion = TUTOR_COMPLETE_FILES,
        .run = spawn_run,
    },
    {
        .name = "attack",
        .arguments = "CAPABILITY|gain|inheritable, or as before",
        .help = "do what a capability allows, with it and without it",
        .details =
            "CAPABILITY is net_raw, sys_admin, dac_override or sys_chroot. gain starts "
            "a setuid program, inheritable one that has capabilities of its own. The "
            "attacks of the earlier lessons work, too: attack see; attack cwd ROOT.",
        .least = 1,
        .most = 2,
        .completion = TUTOR_COMPLETE_WORDS,
        .words = attack_words,
        .run = attack,
    },
    {0},
};

TUTOR_LESSON(c07) = {
    .id = "c07-capabilities",
    .commands = commands,
};
