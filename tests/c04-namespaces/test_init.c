/* test_init.c - the checks of namespaces_init: what PID 1 owes.
 *
 * The player starts a PID 1 in a pid namespace of its own, which starts a shell with a script.
 * Before namespaces_init is called, the judge waits until the script has come as far as the
 * check wants: then nothing depends on who is faster.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include "seen.h"

enum { MOST = 32, INIT = 1, PROGRAM = 2, ORPHANS = 5 };

/* What is waited for. */
struct scene {
    struct player *player;
    pid_t init, program;   /* 0: not there, or ended */
    int others, zombies;   /* other processes inside, and how many have ended */
    char comm[32];         /* the program's name */
    int want_others;       /* that many others, */
    int want_zombies;      /* of which that many have ended, */
    const char *want_comm; /* and the program is called that */
};

/* Looks at the processes of the pid namespace inside. */
static void look(struct scene *scene)
{
    pid_t pids[MOST];
    size_t count = player_descendants(scene->player, pids, MOST);

    scene->init = scene->program = 0;
    scene->others = scene->zombies = 0;
    scene->comm[0] = '\0';
    for (size_t i = 0; i < count && i < MOST; i++) {
        pid_t number = seen_number(pids[i], 2);
        bool ended = *process_status(pids[i], "State") == 'Z';
        if (number == INIT && !ended)
            scene->init = pids[i];
        else if (number == PROGRAM && !ended)
            scene->program = pids[i];
        else if (number > PROGRAM)
            scene->others++, scene->zombies += ended;
    }
    if (scene->program)
        snprintf(scene->comm, sizeof scene->comm, "%s",
                 process_file(scene->program, "comm"));
    scene->comm[strcspn(scene->comm, "\n")] = '\0';
}

static bool come(void *context)
{
    struct scene *scene = context;

    look(scene);
    return scene->others == scene->want_others && scene->zombies == scene->want_zombies &&
           (!scene->want_comm || strcmp(scene->comm, scene->want_comm) == 0);
}

/* Starts the player with SCRIPT, and waits until there are OTHERS, of which ZOMBIES have ended,
 * and the program is called COMM. Then namespaces_init is called. */
static struct scene start(const char *script, int others, int zombies, const char *comm)
{
    struct player_setup setup = {.rootfs = judge_rootfs()};
    struct scene scene = {.want_others = others,
                          .want_zombies = zombies,
                          .want_comm = comm,
                          .player = player_start(&setup, WORDS("init", script))};

    (void)player_ready(scene.player);
    if (!judge_wait_until(come, &scene, 5))
        judge_cannot_run("the shell inside did not come as far as it should");
    player_go(scene.player);
    (void)player_ready(scene.player);
    return scene;
}

static bool init_ended(void *context)
{
    struct scene *scene = context;

    look(scene);
    return scene->init == 0;
}

/* PID 1 must end soon, with STATUS. */
static void expect_end(struct scene *scene, int status, const char *when)
{
    if (!judge_wait_until(init_ended, scene, 3))
        judge_fail("PID 1 must end when %s; after 3 seconds it is still there", when);
    player_go(scene->player);
    judge_expect_number("the exit status of PID 1", status,
                        player_end_any(scene->player));
}

void init_status(void **state)
{
    struct scene scene = start("exit 42", 0, 0, NULL);

    (void)state;
    expect_end(&scene, 42, "the program has ended");
}

void init_killed(void **state)
{
    struct scene scene = start("kill -KILL $$", 0, 0, NULL);

    (void)state;
    expect_end(&scene, 128 + SIGKILL, "the program was killed");
}

/* Orphans that end before namespaces_init is called: one SIGCHLD is pending for all of them. */
#define ORPHANS_END "for i in 1 2 3 4 5; do (sh -c true &); done; exec sleep 1000"

void init_reap(void **state)
{
    struct scene scene = start(ORPHANS_END, ORPHANS, ORPHANS, "sleep");

    (void)state;
    scene.want_others = scene.want_zombies = 0;
    bool waited = judge_wait_until(come, &scene, 3);
    int zombies = scene.zombies;
    /* When PID 1 ends, the zombies are gone as well: so it must still be there a moment later. */
    if (judge_wait_until(init_ended, &scene, 0.1) || !scene.program)
        judge_fail("PID 1 and the program must go on when orphans end; one has ended");
    if (!waited)
        judge_fail(
            "all %d orphans that have ended must be waited for; after 3 seconds %d of "
            "them are zombies (State: Z in /proc/PID/status)",
            ORPHANS, zombies);
}

void init_stays(void **state)
{
    struct scene scene = start("(sh -c 'exit 9' &); exec sleep 1000", 1, 1, "sleep");

    (void)state;
    /* The end of an orphan is not that of the program, and its status is nobody's. */
    if (judge_wait_until(init_ended, &scene, 0.3) || !scene.program)
        judge_fail("PID 1 must stay until the program has ended; it ended when an orphan "
                   "did");
    if (kill(scene.program, SIGKILL) == -1)
        judge_cannot_run("end the program: %s", strerror(errno));
    expect_end(&scene, 128 + SIGKILL, "the program has ended");
}

void init_forward(void **state)
{
    struct scene scene =
        start("trap 'exit 7' TERM; while :; do sleep 0.05; done; : loops", 1, 0, "sh");

    (void)state;
    look(&scene);
    if (!scene.init)
        judge_fail("PID 1 must stay until the program has ended; it is gone");
    if (kill(scene.init, SIGTERM) == -1)
        judge_cannot_run("signal PID 1: %s", strerror(errno));
    expect_end(&scene, 7, "it gets SIGTERM, and the program ends with 7 of that");
}

void init_rest(void **state)
{
    struct scene scene = start("(exec sleep 1000 &); exit 5", 1, 0, NULL);

    (void)state;
    expect_end(&scene, 5, "the program has ended, though an orphan has not");
}
