/* test.c - the judge of lesson c04-namespaces.
 *
 * The player (probe.c) calls one function of the learner's and stands still, and so do the
 * children that it started. What counts is what the kernel shows of them then: where the links
 * in /proc/PID/ns lead, NSpid in /proc/PID/status, /proc/PID/timens_offsets, and, for a host
 * name or a device, what a child of the judge finds that goes into the namespaces itself. Only
 * what a function returns is asked of the player. See tests/grader/grader.h.
 *
 * The checks of namespaces_init are in test_init.c, those of what furnishes a namespace in
 * test_rooms.c; what all of them look at is in seen.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "seen.h"

static const struct player_setup plain = {0};

static const char *const kinds[] = {"uts", "ipc", "net", "mnt", "pid", "cgroup"};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* --- namespaces_clone ------------------------------------------------------------- */

static void clone_kinds(void **state)
{
    struct player *player =
        player_start(&plain, WORDS("clone", "uts,ipc,net,mnt,pid,cgroup"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_success("namespaces_clone", &answer);
    pid_t child = seen_child(player);
    for (int i = 0; i < KINDS; i++)
        expect_kind("the child", child, player_pid(player), kinds[i], false);
    judge_expect_number("the last number of NSpid in /proc/PID/status of the child", 1,
                        seen_number(child, 2));
}

static void clone_others(void **state)
{
    struct player *player = player_start(&plain, WORDS("clone", "ipc"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_success("namespaces_clone", &answer);
    pid_t child = seen_child(player);
    for (int i = 0; i < KINDS; i++)
        expect_kind("the child", child, player_pid(player), kinds[i],
                    strcmp(kinds[i], "ipc") != 0);
}

static void clone_child(void **state)
{
    struct player *player = player_start(&plain, WORDS("clone", "uts,pid"));
    struct answer answer = seen_answer(player);
    char file[64], line[64];

    (void)state;
    expect_success("namespaces_clone", &answer);
    pid_t child = seen_child(player);
    pid_t number = seen_number(child, 1);
    judge_expect_number("what namespaces_clone returned: the pid of the child", number,
                        answer.result);
    judge_expect_number("child->pid", number, answer.more[0]);
    snprintf(file, sizeof file, "fdinfo/%d", answer.more[1]);
    snprintf(line, sizeof line, "Pid:\t%d\n", child);
    if (!strstr(process_file(player_pid(player), file), line))
        judge_fail(
            "child->pidfd must be a pidfd of the child; /proc/PID/fdinfo/%d of the "
            "caller does not name it",
            answer.more[1]);
}

static void clone_flags(void **state)
{
    struct player *player = player_start(&plain, WORDS("clone", "uts,files"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_failure("namespaces_clone, with CLONE_FILES in the wish,", EINVAL, &answer);
    expect_no_child(player);
}

static void clone_refused(void **state)
{
    struct player *player = player_start(&plain, WORDS("clone-refused", "uts"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_failure("namespaces_clone, without CAP_SYS_ADMIN,", EPERM, &answer);
    expect_no_child(player);
}

static void clone_cgroup(void **state)
{
    /* Descriptor 0 is a pipe. Only a kernel that is asked for a cgroup looks at it. */
    struct player *player = player_start(&plain, WORDS("clone", "uts", "0"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_failure("namespaces_clone, with a cgroup that is a pipe,", EBADF, &answer);
    expect_no_child(player);
}

static void clone_ends(void **state)
{
    struct player *player = player_start(&plain, WORDS("clone-and-wait", "42"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_success("namespaces_clone", &answer);
    if (answer.more[0] != 1)
        judge_fail("SIGCHLD must come when the child has ended; it did not");
    judge_expect_number("the exit status that waitpid(2) gives for the child", 42,
                        answer.more[1]);
    expect_no_child(player);
}

/* --- namespaces_join -------------------------------------------------------------- */

static void join_all(void **state)
{
    struct player *player =
        player_start(&plain, WORDS("join", "uts,ipc,net,mnt", "uts,ipc,net,mnt"));
    struct answer answer = seen_answer_after(player);

    (void)state;
    expect_success("namespaces_join", &answer);
    pid_t child = seen_child(player);
    for (int i = 0; i < KINDS; i++) {
        if (!seen_same(player_pid(player), child, kinds[i]))
            judge_fail("the caller must be in the %s namespace of the process; it is in "
                       "another one",
                       kinds[i]);
    }
}

static void join_others(void **state)
{
    struct player *player = player_start(&plain, WORDS("join", "uts,ipc,net", "uts,net"));
    struct answer answer = seen_answer_after(player);

    (void)state;
    expect_success("namespaces_join", &answer);
    pid_t child = seen_child(player), pid = player_pid(player);
    if (!seen_same(pid, child, "uts") || !seen_same(pid, child, "net"))
        judge_fail("the caller must be in the uts and the net namespace of the process; "
                   "it is not");
    if (seen_same(pid, child, "ipc"))
        judge_fail("the caller must stay in its ipc namespace, for which was not asked; "
                   "it has left it");
}

static void join_whole(void **state)
{
    /* The user namespace is the caller's own, and cannot be entered again. */
    struct player *player =
        player_start(&plain, WORDS("join", "uts,ipc,net", "uts,ipc,net,user"));
    struct answer answer = seen_answer_after(player);

    (void)state;
    expect_failure("namespaces_join, with one that cannot be entered,", EINVAL, &answer);
    pid_t child = seen_child(player), pid = player_pid(player);
    if (seen_same(pid, child, "uts") || seen_same(pid, child, "ipc") ||
        seen_same(pid, child, "net"))
        judge_fail("when one of the namespaces cannot be entered, none must be; the "
                   "caller is half inside");
}

static void join_ended(void **state)
{
    struct player *player = player_start(&plain, WORDS("join-ended"));
    struct answer answer = seen_answer(player);

    (void)state;
    expect_failure("namespaces_join, to a process that has ended,", ESRCH, &answer);
}

/* --- namespaces_same -------------------------------------------------------------- */

static void same_kinds(void **state)
{
    (void)state;
    struct player *player = player_start(&plain, WORDS("same", "uts,mnt"));
    judge_expect_string("namespaces_same, of a child with uts and mnt of its own,",
                        "uts 0 ipc 1 net 1 mnt 0 ", player_ready(player));
    player = player_start(&plain, WORDS("same", "ipc,net"));
    judge_expect_string("namespaces_same, of a child with ipc and net of its own,",
                        "uts 1 ipc 0 net 0 mnt 1 ", player_ready(player));
}

static void same_self(void **state)
{
    struct player *player = player_start(&plain, WORDS("same-self", "uts,net"));

    (void)state;
    judge_expect_string("namespaces_same, of 0 and a child with uts and net of its own,",
                        "uts 0 0 ipc 1 1 net 0 0 mnt 1 1 ", player_ready(player));
}

/* The player must get ERROR for its own and the other process. */
static void same_must_fail(const char *pid, const char *kind, int error, const char *how)
{
    struct player *player = player_start(&plain, WORDS("same-failing", pid, kind));
    struct answer answer = seen_answer(player);

    expect_failure(how, error, &answer);
}

static void same_missing(void **state)
{
    (void)state;
    /* No process has a number as high as that: PID_MAX_LIMIT is 2^22. */
    same_must_fail("4194305", "uts", ENOENT,
                   "namespaces_same, of a process that does not exist,");
    same_must_fail("0", "disk", ENOENT,
                   "namespaces_same, of a kind that does not exist,");
}

static void same_refused(void **state)
{
    (void)state;
    same_must_fail("1", "uts", EACCES,
                   "namespaces_same, of a process that this one may not look into,");
}

/* --- all checks, in their order --------------------------------------------------- */

#define CLONE "namespaces_clone"
#define HOSTNAME "namespaces_hostname"
#define LOOPBACK "namespaces_loopback"
#define TIME "namespaces_time"
#define JOIN "namespaces_join"
#define SAME "namespaces_same"
#define INIT "namespaces_init"

static const struct check checks[] = {
    {"clone.kinds", "the child is in new namespaces, of each kind that was asked for",
     CLONE, 5, "A child with tables of its own", clone_kinds},
    {"clone.others", "and in the caller's of all other kinds", CLONE, 3,
     "A child with tables of its own", clone_others},
    {"clone.child", "the caller gets its pid and its pidfd", CLONE, 3,
     "A child with tables of its own", clone_child},
    {"clone.flags", "a flag that is no namespace is EINVAL, and nobody is started", CLONE,
     3, "A child with tables of its own", clone_flags},
    {"clone.refused", "without privilege it is EPERM, and nobody is started", CLONE, 1,
     "A child with tables of its own", clone_refused},
    {"clone.cgroup", "the kernel is asked to start it in its cgroup", CLONE, 2,
     "A child with tables of its own", clone_cgroup},
    {"clone.ends", "it is waited for as any other child", CLONE, 3,
     "A child with tables of its own", clone_ends},

    {"hostname.name", "the host name is the new one", HOSTNAME, 4, "A name of its own",
     hostname_name},
    {"hostname.longest", "64 characters are not too many", HOSTNAME, 3,
     "A name of its own", hostname_longest},
    {"hostname.bad", "what is no name is EINVAL, and nothing changes", HOSTNAME, 3,
     "A name of its own", hostname_bad},

    {"loopback.up", "the loopback device is up", LOOPBACK, 5, "A network without a plug",
     loopback_up},
    {"loopback.flags", "its other flags are as before", LOOPBACK, 2,
     "A network without a plug", loopback_flags},
    {"loopback.closed", "no descriptor stays open", LOOPBACK, 1,
     "A network without a plug", loopback_closed},
    {"loopback.refused", "without privilege it is EPERM", LOOPBACK, 2,
     "A network without a plug", loopback_refused},

    {"time.offsets", "both clocks of a child are ahead by the seconds", TIME, 4,
     "A clock of its own", time_offsets},
    {"time.children", "children are in the new namespace, the caller is not", TIME, 2,
     "A clock of its own", time_children},
    {"time.range", "a start before the start is ERANGE", TIME, 2, "A clock of its own",
     time_range},
    {"time.refused", "without privilege it is EPERM, and children stay here", TIME, 2,
     "A clock of its own", time_refused},

    {"join.all", "the caller is in the namespaces of the process", JOIN, 4,
     "Into a box that runs", join_all},
    {"join.others", "it stays where it is of the kinds that were not asked for", JOIN, 2,
     "Into a box that runs", join_others},
    {"join.whole", "when one cannot be entered, none is", JOIN, 2, "Into a box that runs",
     join_whole},
    {"join.ended", "a process that has ended is ESRCH", JOIN, 2, "Into a box that runs",
     join_ended},

    {"same.kinds", "1 for the same namespace, 0 for another, for each kind", SAME, 6,
     "Which table is whose", same_kinds},
    {"same.self", "0 is this process, on either side", SAME, 3, "Which table is whose",
     same_self},
    {"same.missing", "no such process, or no such kind, is ENOENT", SAME, 3,
     "Which table is whose", same_missing},
    {"same.refused", "a process that may not be looked into is EACCES", SAME, 3,
     "Which table is whose", same_refused},

    {"init.status", "PID 1 ends with the status of the program", INIT, 4,
     "What PID 1 owes", init_status},
    {"init.killed", "or with 128 + the signal that ended it", INIT, 2, "What PID 1 owes",
     init_killed},
    {"init.reap", "all orphans that have ended are waited for, whose end was told once",
     INIT, 7, "What PID 1 owes", init_reap},
    {"init.forward", "signals are passed on to the program", INIT, 6, "What PID 1 owes",
     init_forward},
    {"init.stays", "the end of an orphan does not end PID 1", INIT, 3, "What PID 1 owes",
     init_stays},
    {"init.rest", "orphans that stay do not hold PID 1", INIT, 3, "What PID 1 owes",
     init_rest},
};

int main(int argc, char **argv)
{
    return judge_main(argc, argv, "c04-namespaces", checks,
                      sizeof checks / sizeof *checks);
}
