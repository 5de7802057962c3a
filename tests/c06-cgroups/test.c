/* test.c - the judge of lesson c06-cgroups.
 *
 * The player (probe.c) has a tree of cgroups that the judge has made, calls one function of the
 * learner's in it, and stands still. What counts is what the kernel shows of that tree in the
 * judge's own mount then: which directories are there, what stands in their files, and which
 * processes are in them. Only what a function returns is asked of the player. See
 * tests/grader/grader.h.
 *
 * The checks of what takes time (cgroup_wait, _freeze, _remove) are in test_time.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "seen.h"
#include "test_time.h"

/* --- cgroup_create ---------------------------------------------------------------- */

static void create_directory(void **state)
{
    struct player *player = seen_start(WORDS("create", "web"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_success("cgroup_create", &answer);
    expect_cgroup("web", true);
    expect_descriptor(player, "cgroup->fd", answer.more[0], "web");
}

static void create_parent(void **state)
{
    struct player *player = seen_start(WORDS("create", "web"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_success("cgroup_create", &answer);
    expect_descriptor(player, "cgroup->parent", answer.more[1], "");
    expect_descriptor(player, "the descriptor that was given", answer.more[2], "");
    if (answer.more[1] == answer.more[2])
        judge_fail("cgroup->parent must be a descriptor of its own, which cgroup_close "
                   "can close; it is the one that was given");
}

/* NAME must be refused, and nothing be made. */
static void create_must_fail(const char *name, int error, const char *how)
{
    struct player *player = seen_start(WORDS("create", name));
    struct answer answer = seen_answer(player);

    expect_failure(how, error, &answer);
    expect_cgroup("old", true);
    expect_cgroup("old/new", false);
    judge_expect_number("the number of open descriptors beside 0, 1, 2 and area", 0,
                        process_descriptors(player_pid(player)) - 1);
}

static void create_slash(void **state)
{
    (void)state;
    create_must_fail("old/new", EINVAL, "cgroup_create, with a slash in the name,");
}

static void create_dots(void **state)
{
    (void)state;
    create_must_fail("..", EINVAL, "cgroup_create, with the name \"..\",");
}

static void create_long(void **state)
{
    struct player *player = seen_start(WORDS("create-long"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_failure("cgroup_create, with a name that does not fit into cgroup->name,",
                   ENAMETOOLONG, &answer);
}

static void create_exists(void **state)
{
    (void)state;
    create_must_fail("old", EEXIST, "cgroup_create, with a name that is there already,");
}

/* --- cgroup_enable ---------------------------------------------------------------- */

static void enable_given(void **state)
{
    struct player *player = seen_start(WORDS("enable", "pids  memory"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_success("cgroup_enable", &answer);
    judge_expect_string("cgroup.subtree_control", "memory pids",
                        seen_file("cgroup.subtree_control"));
}

static void enable_missing(void **state)
{
    struct player *player = seen_start(WORDS("enable", "hugetlb"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_failure(
        "cgroup_enable, with a controller that this cgroup has not been given,", ENOENT,
        &answer);
}

static void enable_unknown(void **state)
{
    struct player *player = seen_start(WORDS("enable", "nonsense"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_failure("cgroup_enable, with a controller that does not exist,", ENOENT,
                   &answer);
}

static void enable_before(void **state)
{
    struct player *player = seen_start(WORDS("enable", "pids nonsense memory"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_failure("cgroup_enable, with a controller that does not exist,", ENOENT,
                   &answer);
    judge_expect_string("cgroup.subtree_control, after \"pids nonsense memory\",", "pids",
                        seen_file("cgroup.subtree_control"));
}

static void enable_busy(void **state)
{
    struct player *player = seen_start(WORDS("enable", "memory", "busy"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_failure("cgroup_enable, with memory, of a cgroup with a process,", EBUSY,
                   &answer);
}

/* --- cgroup_limit ----------------------------------------------------------------- */

static void limit_written(void **state)
{
    struct player *player = seen_start(WORDS("limit", "+cpu", "cpu.max", "20000 100000"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_success("cgroup_limit", &answer);
    judge_expect_string("cpu.max", "20000 100000", seen_file("one/cpu.max"));
}

static void limit_wrong(void **state)
{
    struct player *player = seen_start(WORDS("limit", "+pids", "pids.max", "sixty"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_failure("cgroup_limit, with a value that is no number,", EINVAL, &answer);
    judge_expect_string("pids.max", "max", seen_file("one/pids.max"));
}

static void limit_absent(void **state)
{
    struct player *player = seen_start(WORDS("limit", "+pids", "memory.max", "65536"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_failure("cgroup_limit, of a controller that is not enabled,", ENOENT, &answer);
    judge_expect_number("the number of descriptors beside 0, 1, 2 and those of cgroup", 0,
                        process_descriptors(player_pid(player)) - 2);
}

/* --- cgroup_value ----------------------------------------------------------------- */

static void value_is(const char *const words[], const char *what, long long expected)
{
    struct answer answer = seen_answer(seen_start(words));

    expect_success(what, &answer);
    judge_expect_number(what, expected, answer.more[0]);
}

static void value_number(void **state)
{
    (void)state;
    value_is(WORDS("value", "+memory", "memory.max", "-", "68719476736"),
             "cgroup_value of memory.max, which is 64 GiB,", 64LL << 30);
}

static void value_key(void **state)
{
    (void)state;
    value_is(WORDS("value", "+memory", "cgroup.stat", "nr_descendants"),
             "cgroup_value of nr_descendants in cgroup.stat,", 3);
}

static void value_max(void **state)
{
    (void)state;
    value_is(WORDS("value", "+pids", "pids.max", "-", "max"),
             "cgroup_value of pids.max, where there is no limit,", LLONG_MAX);
}

static void value_must_fail(const char *file, const char *key, int error, const char *how)
{
    struct answer answer = seen_answer(seen_start(WORDS("value", "+memory", file, key)));

    expect_failure(how, error, &answer);
}

static void value_part(void **state)
{
    (void)state;
    value_must_fail("memory.events", "oom_", ENODATA,
                    "cgroup_value of \"oom_\", with which a key begins,");
    value_must_fail("memory.events", "kill", ENODATA,
                    "cgroup_value of \"kill\", with which a key ends,");
}

static void value_missing(void **state)
{
    (void)state;
    value_must_fail("pids.events", "max", ENOENT,
                    "cgroup_value of a file that is not there,");
}

/* --- cgroup_enter ----------------------------------------------------------------- */

static void enter_process(void **state)
{
    struct player *player = seen_start(WORDS("enter"));
    struct answer answer = seen_answer(player);
    pid_t child;

    (void)state;
    expect_success("cgroup_enter", &answer);
    judge_expect_number("the number of children", 1,
                        (long long)player_descendants(player, &child, 1));
    judge_expect_number("the pid in cgroup.procs of the cgroup", child,
                        atoi(seen_file("one/cgroup.procs")));
}

static void enter_self(void **state)
{
    struct player *player = seen_start(WORDS("enter", "self"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_success("cgroup_enter, with pid 0,", &answer);
    judge_expect_number("the pid in cgroup.procs of the cgroup", player_pid(player),
                        atoi(seen_file("one/cgroup.procs")));
}

static void enter_refused(void **state)
{
    struct answer missing = seen_answer(seen_start(WORDS("enter", "missing")));

    (void)state;
    expect_failure("cgroup_enter, with a process that has ended,", ESRCH, &missing);
}

static void enter_parent(void **state)
{
    struct player *player = seen_start(WORDS("enter", "parent"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_failure("cgroup_enter, of a cgroup that gives controllers to its children,",
                   EBUSY, &answer);
    judge_expect_number("the number of processes in it", 0, seen_processes("one"));
}

/* --- all checks, in their order --------------------------------------------------- */

#define CREATE "cgroup_create"
#define ENABLE "cgroup_enable"
#define LIMIT "cgroup_limit"
#define VALUE "cgroup_value"
#define ENTER "cgroup_enter"
#define WAIT "cgroup_wait"
#define FREEZE "cgroup_freeze"
#define REMOVE "cgroup_remove"

static const struct check checks[] = {
    {"create.directory", "the cgroup is there, and fd is its directory", CREATE, 3,
     "A directory that the kernel fills", create_directory},
    {"create.parent", "parent is a copy of the descriptor that was given", CREATE, 2,
     "A directory that the kernel fills", create_parent},
    {"create.slash", "a name with a slash is EINVAL, and nothing is made", CREATE, 2,
     "A directory that the kernel fills", create_slash},
    {"create.dots", "\"..\" is no name", CREATE, 1, "A directory that the kernel fills",
     create_dots},
    {"create.long", "a name that does not fit is ENAMETOOLONG", CREATE, 1,
     "A directory that the kernel fills", create_long},
    {"create.exists", "what is there already is EEXIST, and stays", CREATE, 1,
     "A directory that the kernel fills", create_exists},

    {"enable.given", "the children have the controllers that were asked for", ENABLE, 6,
     "Controllers are handed down", enable_given},
    {"enable.missing", "a controller that it has not been given is ENOENT", ENABLE, 2,
     "Controllers are handed down", enable_missing},
    {"enable.unknown", "and so is one that does not exist", ENABLE, 2,
     "Controllers are handed down", enable_unknown},
    {"enable.before", "those before the wrong one are given", ENABLE, 3,
     "Controllers are handed down", enable_before},
    {"enable.busy", "a cgroup with processes gives no memory: EBUSY", ENABLE, 2,
     "Controllers are handed down", enable_busy},

    {"limit.written", "the value stands in the file", LIMIT, 2,
     "Memory, and what happens at the end of it", limit_written},
    {"limit.wrong", "a value that is none is EINVAL, and changes nothing", LIMIT, 1,
     "Memory, and what happens at the end of it", limit_wrong},
    {"limit.absent", "a file that is not there is ENOENT, and nothing stays open", LIMIT,
     2, "Controllers are handed down", limit_absent},

    {"value.number", "a file that is one number, also a big one", VALUE, 4,
     "Memory, and what happens at the end of it", value_number},
    {"value.key", "the number behind a key", VALUE, 4,
     "Memory, and what happens at the end of it", value_key},
    {"value.max", "no limit is LLONG_MAX", VALUE, 2,
     "Memory, and what happens at the end of it", value_max},
    {"value.part", "a part of a key is no key: ENODATA", VALUE, 3,
     "Memory, and what happens at the end of it", value_part},
    {"value.missing", "a file that is not there is ENOENT", VALUE, 2,
     "Memory, and what happens at the end of it", value_missing},

    {"enter.process", "the process is in the cgroup", ENTER, 2,
     "A directory that the kernel fills", enter_process},
    {"enter.self", "0 is the caller", ENTER, 1, "A directory that the kernel fills",
     enter_self},
    {"enter.ended", "a process that has ended is ESRCH", ENTER, 1,
     "A directory that the kernel fills", enter_refused},
    {"enter.parent", "a cgroup that gives controllers on takes nobody: EBUSY", ENTER, 1,
     "Controllers are handed down", enter_parent},

    {"wait.now", "what is so already is not waited for", WAIT, 2, "The last one to leave",
     wait_now},
    {"wait.later", "it returns when it has become so", WAIT, 5, "The last one to leave",
     wait_later},
    {"wait.other", "another change is not what was waited for", WAIT, 2,
     "The last one to leave", wait_other},
    {"wait.timeout", "ETIMEDOUT when the time is over, and not before", WAIT, 3,
     "The last one to leave", wait_timeout},
    {"wait.asleep", "it sleeps while it waits", WAIT, 3, "The last one to leave",
     wait_asleep},

    {"freeze.stops", "no process in it runs any more", FREEZE, 5, "Stopped, not ended",
     freeze_stops},
    {"freeze.waits", "and that is so when the function returns", FREEZE, 4,
     "Stopped, not ended", freeze_waits},
    {"freeze.thaws", "thawed, they run on", FREEZE, 4, "Stopped, not ended",
     freeze_thaws},
    {"freeze.gone", "a cgroup that has been removed is ENOENT", FREEZE, 2,
     "Stopped, not ended", freeze_gone},

    {"remove.processes", "its processes are ended, and it is gone", REMOVE, 6,
     "The last one to leave", remove_processes},
    {"remove.below", "and so are those below it", REMOVE, 6, "The last one to leave",
     remove_below},
    {"remove.other", "its neighbours stay as they are", REMOVE, 2,
     "The last one to leave", remove_other},
    {"remove.closed", "its descriptors are closed", REMOVE, 2, "The last one to leave",
     remove_closed},
    {"remove.failed", "also when it fails, with the errno of what failed", REMOVE, 4,
     "The last one to leave", remove_failed},
};

int main(int argc, char **argv)
{
    return judge_main(argc, argv, "c06-cgroups", checks, sizeof checks / sizeof *checks);
}
