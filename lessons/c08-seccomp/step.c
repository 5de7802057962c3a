/* step.c - the words of lesson c08-seccomp: which calls there are for a box.
 *
 * `spawn` is c04's, with the options of filtered.c; `filter` shows what a box has, `call` makes a
 * call in it, `asks` and `answer` are the other end of one that asks, `attack` tries the ways
 * around. Every function of the module goes through the switchboard.
 */
#define _GNU_SOURCE
#include <string.h>
#include "../c01-process/boxes.h"
#include "../c04-namespaces/spawn.h"
#include "../c04-namespaces/start.h"
#include "asked.h"
#include "holes.h"
#include "makecall.h"
#include "show.h"

static int filter(struct tutor *tutor, int argc, char **argv)
{
    struct box *box = boxes_find(tutor, argv[1]);

    if (!box)
        return 1;
    if (argc == 3 && strcmp(argv[2], "all") != 0) {
        (void)tutor_error(tutor, "%s: the only word after a name is all", argv[2]);
        return BOXES_USAGE;
    }
    return show_box(tutor, box->name, start_inside(box->process.pid),
                    filtered_box(tutor, box->process.pid), argc == 3);
}

static int call(struct tutor *tutor, int argc, char **argv)
{
    struct box *box = boxes_find(tutor, argv[1]);

    (void)argc;
    return box ? makecall_in(tutor, start_inside(box->process.pid), argv + 2) : 1;
}

static int asks(struct tutor *tutor, int argc, char **argv)
{
    struct box *box = boxes_find(tutor, argv[1]);

    (void)argc;
    if (!box)
        return 1;
    return asked_wait(tutor, filtered_box(tutor, box->process.pid), box->name);
}

static int answer(struct tutor *tutor, int argc, char **argv)
{
    struct box *box = boxes_find(tutor, argv[1]);

    (void)argc;
    if (!box)
        return 1;
    return asked_answer(tutor, filtered_box(tutor, box->process.pid), box->name, argv[2]);
}

/* The `attack` of the lessons before; there always is one, c02's. */
static const struct tutor_command *earlier_attack(void)
{
    return tutor_earlier("attack", "c08-seccomp");
}

static bool is_among(const char *word, const char *const *words)
{
    while (*words && strcmp(*words, word) != 0)
        words++;
    return *words;
}

static int attack(struct tutor *tutor, int argc, char **argv)
{
    int status = argc == 2 ? holes_try(tutor, argv[1]) : -1;

    if (status != -1)
        return status;
    if (argc == 2 && !is_among(argv[1], earlier_attack()->words(tutor)))
        return tutor_error(tutor,
                           "%s: no such attack; this lesson has 32bit, tiocsti, keyctl "
                           "and userns",
                           argv[1]);
    return earlier_attack()->run(tutor, argc, argv);
}

static const char *const *attack_words(struct tutor *tutor)
{
    static const char *words[64];

    return tutor_join(words, 64, holes_names, earlier_attack()->words(tutor), NULL);
}

static const struct tutor_command commands[] = {
    {
        .name = "spawn",
        .arguments = "NAME [--OPTION…] CMD [ARG…]",
        .help = "start a box with filters",
        .details =
            "--filter CALL[=ANSWER] is a filter made by filter_by_hand; ANSWER is an "
            "errno "
            "as EPERM (without one, it is that), or kill. --filter default is "
            "filter_default "
            "and filter_ceiling, --filter kill the same with a kill for an answer; "
            "default:sys_admin leaves the calls of a capability. --naive CALL[=ANSWER] "
            "is a "
            "filter without a look at the architecture. --listen CALL has the session "
            "asked: "
            "asks, answer. All of them set no_new_privs, but for --may-gain. The options "
            "of "
            "the earlier lessons work, too: --uts --pid --net --mnt --user --caps …",
        .least = 2,
        .most = -1,
        .completion = TUTOR_COMPLETE_FILES,
        .run = spawn_run,
    },
    {
        .name = "filter",
        .arguments = "NAME [all]",
        .help = "show the filters of a box, in words",
        .details = "What /proc/PID/status says of them, and their instructions; of long "
                   "ones, the\n"
                   "first. If you are root, they are compared with what the kernel has.",
        .least = 1,
        .most = 2,
        .completion = TUTOR_COMPLETE_WORDS,
        .words = boxes_names,
        .run = filter,
    },
    {
        .name = "call",
        .arguments = "NAME CALL [ARG…]",
        .help = "make a system call in a box, and show what comes back",
        .details = "call web keyctl 0; i386: before it makes it by int 0x80, x32: with "
                   "that bit.\n"
                   "ARG is a number, a text, or one of TIOCSTI, AF_ALG, AF_VSOCK, "
                   "AF_UNIX,\n"
                   "CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWNET.",
        .least = 2,
        .most = -1,
        .completion = TUTOR_COMPLETE_WORDS,
        .words = boxes_names,
        .run = call,
    },
    {
        .name = "asks",
        .arguments = "NAME",
        .help = "wait for a call that a box asks for, and show it",
        .details = "For a box that was made with spawn NAME --listen CALL.",
        .least = 1,
        .most = 1,
        .completion = TUTOR_COMPLETE_WORDS,
        .words = boxes_names,
        .run = asks,
    },
    {
        .name = "answer",
        .arguments = "NAME ERRNO|VALUE",
        .help = "answer the call that a box asks for",
        .details = "It fails with ERRNO, as EACCES, or returns VALUE; it is not done.",
        .least = 2,
        .most = 2,
        .completion = TUTOR_COMPLETE_WORDS,
        .words = boxes_names,
        .run = answer,
    },
    {
        .name = "attack",
        .arguments = "32bit|tiocsti|keyctl|userns, or as before",
        .help = "try a way around a filter, a naive one and ours",
        .details =
            "The attacks of the earlier lessons work, too: attack gain; attack cwd "
            "ROOT.",
        .least = 1,
        .most = 2,
        .completion = TUTOR_COMPLETE_WORDS,
        .words = attack_words,
        .run = attack,
    },
    {0},
};

TUTOR_LESSON(c08) = {
    .id = "c08-seccomp",
    .commands = commands,
};
