/* test.c - the judge of lesson c07-capabilities.
 *
 * The player (probe.c) prepares its own sets, calls one function of the learner's and stands
 * still. What counts is what the kernel shows of it then: CapInh, CapPrm, CapEff, CapBnd, CapAmb,
 * NoNewPrivs and Uid in /proc/PID/status. In its user namespace the player has begun with every
 * capability. Only what a function returns is asked of it. See tests/grader/grader.h.
 *
 * Here are the checks of one set each, and the list of all; those of a change of user and of
 * no_new_privs are in test_become.c, what all of them look at in seen.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "seen.h"

static const struct player_setup plain = {0};

/* Two of the low half, two of the high one. */
#define SOME (ONE(CAP_KILL) | ONE(CAP_NET_RAW) | ONE(CAP_SYSLOG) | ONE(CAP_BPF))

/* --- capabilities_parse ----------------------------------------------------------- */

/* What NAME makes of the set BEFORE. */
static struct answer parse(const char *name, uint64_t before)
{
    return seen_answer(player_start(&plain, WORDS("parse", name, word_of(before))));
}

static void parse_to(const char *name, uint64_t before, uint64_t after)
{
    struct answer answer = parse(name, before);
    char text[2][64];

    snprintf(text[0], sizeof text[0], "capabilities_parse(\"%s\")", name);
    expect_success(text[0], &answer);
    snprintf(text[0], sizeof text[0], "%016llx", (unsigned long long)after);
    snprintf(text[1], sizeof text[1], "%016llx", answer.set);
    judge_expect_string(name, text[0], text[1]);
}

static void parse_name(void **state)
{
    (void)state;
    parse_to("NET_ADMIN", 0, ONE(CAP_NET_ADMIN));
    parse_to("checkpoint_restore", 0, ONE(CAP_CHECKPOINT_RESTORE));
}

static void parse_prefix(void **state)
{
    (void)state;
    parse_to("cap_net_admin", 0, ONE(CAP_NET_ADMIN));
    parse_to("CAP_CHOWN", 0, ONE(CAP_CHOWN));
}

static void parse_adds(void **state)
{
    (void)state;
    parse_to("cap_kill", SOME, SOME);
    parse_to("cap_sys_boot", SOME, SOME | ONE(CAP_SYS_BOOT));
}

static void parse_all(void **state)
{
    (void)state;
    parse_to("all", 0, seen_all());
    parse_to("ALL", 0, seen_all());
}

static void parse_unknown(void **state)
{
    static const char *const names[] = {
        "",           "cap_",           "net",
        "net_admin_", "net_admin,kill", "cap_net_admin_of_the_host_and_more"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct answer answer = parse(names[i], SOME);
        char text[96];
        snprintf(text, sizeof text, "capabilities_parse(\"%s\")", names[i]);
        expect_failure(text, EINVAL, &answer);
        if (answer.set != SOME)
            judge_fail("%s must leave the set as it was, %016llx; it is %016llx", text,
                       (unsigned long long)SOME, answer.set);
    }
}

/* --- capabilities_drop_bounding --------------------------------------------------- */

#define DROP "capabilities_drop_bounding"

static struct player *drop(uint64_t keep, const char *how, struct answer *answer)
{
    struct player *player = player_start(&plain, WORDS("drop", word_of(keep), how));

    *answer = seen_answer(player);
    return player;
}

static void drop_exact(void **state)
{
    struct answer answer;
    struct player *player = drop(SOME, NULL, &answer);

    (void)state;
    expect_success(DROP, &answer);
    expect_set(player, "CapBnd", SOME);
}

static void drop_none(void **state)
{
    struct answer answer;
    struct player *player = drop(0, NULL, &answer);

    (void)state;
    expect_success(DROP, &answer);
    expect_set(player, "CapBnd", 0);
}

static void drop_others(void **state)
{
    struct answer answer;
    struct player *player = drop(SOME, NULL, &answer);

    (void)state;
    expect_success(DROP, &answer);
    expect_set(player, "CapEff", seen_all());
    expect_set(player, "CapPrm", seen_all());
}

static void drop_gone(void **state)
{
    struct answer answer;
    struct player *player = drop(SOME, "gone", &answer);

    (void)state;
    expect_success(DROP ", where all of it is gone already,", &answer);
    expect_set(player, "CapBnd", SOME);
}

static void drop_refused(void **state)
{
    struct answer answer;
    struct player *player = drop(SOME, "refused", &answer);

    (void)state;
    expect_failure(DROP ", without CAP_SETPCAP,", EPERM, &answer);
    expect_set(player, "CapBnd", seen_all());
}

/* --- capabilities_set_to ---------------------------------------------------------- */

#define SET "capabilities_set_to"

static struct player *set(uint64_t keep, const char *how, struct answer *answer)
{
    struct player *player = player_start(&plain, WORDS("set", word_of(keep), how));

    *answer = seen_answer(player);
    return player;
}

static void set_exact(void **state)
{
    struct answer answer;
    struct player *player = set(SOME, NULL, &answer);

    (void)state;
    expect_success(SET, &answer);
    expect_set(player, "CapEff", SOME);
    expect_set(player, "CapPrm", SOME);
}

static void set_inheritable(void **state)
{
    struct answer answer;
    struct player *player = set(SOME, "inheritable", &answer);

    (void)state;
    expect_success(SET, &answer);
    expect_set(player, "CapInh", 0);
}

static void set_raises(void **state)
{
    struct answer answer;
    struct player *player = set(seen_all(), "lowered", &answer);

    (void)state;
    expect_success(SET ", of what is permitted but not effective,", &answer);
    expect_set(player, "CapEff", seen_all());
}

static void set_lost(void **state)
{
    struct answer answer;
    struct player *player = set(SOME, "lost", &answer);

    (void)state;
    expect_failure(SET ", of what is not permitted any more,", EPERM, &answer);
    expect_set(player, "CapPrm", seen_all() & ~SOME);
}

static void set_bounding(void **state)
{
    struct answer answer;
    struct player *player = set(0, NULL, &answer);

    (void)state;
    expect_success(SET ", of none,", &answer);
    expect_set(player, "CapPrm", 0);
    expect_set(player, "CapBnd", seen_all());
}

/* --- capabilities_clear_ambient --------------------------------------------------- */

#define AMBIENT "capabilities_clear_ambient"

static void ambient_cleared(void **state)
{
    struct player *player = player_start(&plain, WORDS("ambient"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_success(AMBIENT, &answer);
    expect_set(player, "CapAmb", 0);
}

static void ambient_others(void **state)
{
    struct player *player = player_start(&plain, WORDS("ambient"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_success(AMBIENT, &answer);
    expect_set(player, "CapInh",
               ONE(CAP_KILL) | ONE(CAP_NET_ADMIN) | ONE(CAP_SYS_PTRACE));
    expect_set(player, "CapPrm", seen_all());
}

static void ambient_bare(void **state)
{
    struct answer answer = seen_answer(player_start(&plain, WORDS("ambient", "bare")));

    (void)state;
    expect_success(AMBIENT ", without any capability,", &answer);
}

/* --- all checks, in their order --------------------------------------------------- */

#define PARSE "capabilities_parse"
#define KEEP "capabilities_keep"
#define NNP "capabilities_no_new_privileges"
#define BECOME "capabilities_become"

static const struct check checks[] = {
    {"parse.name", "a name without cap_, in either case", PARSE, 4, "Root, in pieces",
     parse_name},
    {"parse.prefix", "a name with cap_, in either case", PARSE, 3, "Root, in pieces",
     parse_prefix},
    {"parse.adds", "it is added to what is there", PARSE, 3, "Root, in pieces",
     parse_adds},
    {"parse.all", "all is every one that the kernel knows", PARSE, 2, "Root, in pieces",
     parse_all},
    {"parse.unknown", "what is no name is EINVAL, and adds nothing", PARSE, 3,
     "Root, in pieces", parse_unknown},

    {"drop.exact", "what is kept stays in the bounding set, and nothing else", DROP, 7,
     "What execve gives back", drop_exact},
    {"drop.none", "nothing kept is an empty set, up to the kernel's last", DROP, 3,
     "What execve gives back", drop_none},
    {"drop.others", "the effective and the permitted set are as before", DROP, 3,
     "What execve gives back", drop_others},
    {"drop.gone", "with nothing left to drop it needs no right", DROP, 3,
     "What execve gives back", drop_gone},
    {"drop.refused", "without CAP_SETPCAP it is EPERM", DROP, 4, "What execve gives back",
     drop_refused},

    {"set.exact", "effective and permitted are what is kept", SET, 6,
     "What nobody sees after execve", set_exact},
    {"set.inheritable", "inheritable is empty", SET, 5, "A file that takes",
     set_inheritable},
    {"set.raises", "what was permitted only is effective, too", SET, 3,
     "What nobody sees after execve", set_raises},
    {"set.lost", "what is not permitted any more is EPERM", SET, 4,
     "What nobody sees after execve", set_lost},
    {"set.bounding", "the bounding set is as before", SET, 2,
     "What nobody sees after execve", set_bounding},

    {"ambient.cleared", "the ambient set is empty", AMBIENT, 5,
     "What nobody sees after execve", ambient_cleared},
    {"ambient.others", "inheritable and permitted are as before", AMBIENT, 3,
     "What nobody sees after execve", ambient_others},
    {"ambient.bare", "it needs no right", AMBIENT, 2, "What nobody sees after execve",
     ambient_bare},

    {"keep.on", "the permitted set stays over a change of user", KEEP, 4, "Another user",
     keep_on},
    {"keep.off", "switched off again, it is emptied", KEEP, 3, "Another user", keep_off},
    {"keep.locked", "where the securebits are locked it is EPERM", KEEP, 3,
     "Another user", keep_locked},

    {"nnp.set", "the kernel says NoNewPrivs: 1", NNP, 4, "A program that gives", nnp_set},
    {"nnp.setuid", "a setuid program of user 0 gains nothing", NNP, 3,
     "A program that gives", nnp_setuid},
    {"nnp.bare", "it needs no right", NNP, 3, "A program that gives", nnp_bare},

    {"become.sets", "three sets are what is kept, two are empty", BECOME, 5,
     "Another user", become_sets},
    {"become.user", "it is the other user and group, in no other group", BECOME, 3,
     "Another user", become_user},
    {"become.root", "it works for user 0, too", BECOME, 2, "Another user", become_root},
    {"become.off", "the next change of user empties the permitted set again", BECOME, 2,
     "Another user", become_off},
    {"become.lost", "what is not permitted any more is EPERM", BECOME, 3, "Another user",
     become_lost},
};

int main(int argc, char **argv)
{
    return judge_main(argc, argv, "c07-capabilities", checks,
                      sizeof checks / sizeof *checks);
}
