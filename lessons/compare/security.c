/* security.c - claim 7: the attacks of the course from inside each kind, and the doors counted.
 *
 * The program is inside/attack.c, run as root. It says what the kernel told it; whether the host
 * was reached is decided here: was the secret of this run read, is the victim dead? What only
 * a kernel can be asked (load a module, open its memory, restart) reaches the host when that
 * kernel is the host's.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>
#include "exits.h"
#include "figures.h"
#include "guest.h"
#include "trace.h"

static const struct attack {
    const char *name, *title;
    bool kernel; /* aims at whatever kernel it runs on */
} attacks[] = {
    {"read-the-path", "read a file of the host by its path", false},
    {"read-through-process-1", "read it through process 1 in /proc", false},
    {"escape-chroot", "leave the root directory by a second chroot", false},
    {"kill-a-process", "kill a process of the host", false},
    {"open-the-memory", "open the machine's memory as a device", true},
    {"load-a-module", "load a module into the kernel", true},
    {"restart", "restart the machine", true},
};

enum {
    ATTACKS = sizeof attacks / sizeof *attacks,
};

struct targets {
    char path[128], secret[40];
    pid_t victim;
};

/* A file with a word that nobody can guess, and a process that waits to be killed. */
static int targets_make(struct compare *compare, struct targets *targets)
{
    unsigned long long word[2];
    pid_t parent = getpid();
    targets->victim = -1;
    if (getrandom(word, sizeof word, 0) != sizeof word)
        return compare_failed(compare, "getrandom: %s", strerror(errno));
    (void)snprintf(targets->secret, sizeof targets->secret, "%016llx%016llx", word[0],
                   word[1]);
    (void)snprintf(targets->path, sizeof targets->path, "%s/secret", compare->directory);
    int file = open(targets->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file == -1 || write(file, targets->secret, strlen(targets->secret)) == -1 ||
        close(file) == -1 || (targets->victim = fork()) == -1)
        return compare_failed(compare, "%s: %s", targets->path, strerror(errno));
    if (targets->victim != 0)
        return 0;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent)
        for (;;)
            (void)pause();
    _exit(1);
}

/* Whether the victim is dead; it is then collected. */
static bool victim_died(struct targets *targets)
{
    if (waitpid(targets->victim, NULL, WNOHANG) != targets->victim)
        return false;
    targets->victim = -1;
    return true;
}

static void targets_end(struct targets *targets)
{
    if (targets->victim > 0) {
        (void)kill(targets->victim, SIGKILL); /* ours, not collected: its own number */
        while (waitpid(targets->victim, NULL, 0) == -1 && errno == EINTR)
            ;
    }
    (void)unlink(targets->path); /* its folder goes, too */
}

static int attack(struct compare *compare, enum kind kind, const struct targets *targets,
                  struct run_result *result)
{
    char victim[16], line[256];
    (void)snprintf(victim, sizeof victim, "%d", (int)targets->victim);
    if (kind ==
        KIND_PROCESS) { /* kind_command would look for the secret below the root */
        char program[4200];
        (void)snprintf(program, sizeof program, "%s/bin/attack", compare->root);
        if (run_command((char *[]){program, (char *)targets->path, victim, NULL}, NULL,
                        result) == -1)
            return compare_failed(compare, "attack: %s", strerror(errno));
        return 0;
    }
    if (kind == KIND_CONTAINER)
        return kind_run(compare, kind,
                        (char *[]){"/bin/attack", (char *)targets->path, victim, NULL},
                        result);
    struct guest *guest = guest_get(compare, 0);
    (void)snprintf(line, sizeof line, "attack %s %s", targets->path, victim);
    return guest == NULL ? -1 : guest_ask(compare, guest, line, result);
}

/* Puts what came of each attack into the next cell of its row. Returns how many reached the host, or
 * -1. */
static int attack_from(struct compare *compare, json_t *const rows[ATTACKS],
                       enum kind kind)
{
    struct targets targets;
    struct run_result result = {0};
    int reached = 0;
    progress_say(compare, "attacks from a %s", kind_names[kind]);
    if (targets_make(compare, &targets) == -1 ||
        attack(compare, kind, &targets, &result) == -1) {
        run_free(&result);
        targets_end(&targets);
        return -1;
    }
    for (size_t i = 0; i < ATTACKS; i++) {
        json_t *row = rows[i];
        const char *answer = run_answer(&result, attacks[i].name);
        bool done = strcmp(answer, "done") == 0;
        bool through = strcmp(answer, targets.secret) == 0;
        if (attacks[i].kernel)
            through = done && kind != KIND_VM;
        else if (done)
            through = victim_died(&targets);
        reached += through;
        if (through)
            figures_text(row, "reached");
        else if (done)
            figures_text(row, "only its own kernel");
        else
            figures_text(row, "%s", answer[0] != '\0' ? answer : "no answer");
    }
    run_free(&result);
    targets_end(&targets);
    return reached;
}

/* The system calls that a container's filter lets through. */
static int allowed_calls(struct compare *compare)
{
    struct kind_command command;
    struct running running;
    char path[64];
    int inside = 0, allowed = -1;
    kind_command(compare, KIND_CONTAINER, (char *[]){"/bin/sleep", "100", NULL},
                 &command);
    if (run_start(command.argv, &command.how, &running) == -1)
        return compare_failed(compare, "a container: %s", strerror(errno));
    (void)snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)running.pid,
                   (int)running.pid);
    /* It gets two filters, last of all: until it has become its program it may have one of them. */
    for (int tries = 0; tries < 100 && allowed == -1 && !run_interrupted; tries++) {
        FILE *file = fopen(path, "re");
        if (file != NULL && fscanf(file, "%d", &inside) == 1 && trace_is(inside, "sleep"))
            allowed = trace_filter(inside);
        if (file != NULL)
            (void)fclose(file); /* it was only read */
        (void)usleep(20000);    /* shorter after a signal: no harm */
    }
    int saved = errno;
    run_kill(&running);
    if (allowed == -1)
        return compare_failed(compare, "the filter of a container: %s", strerror(saved));
    return allowed;
}

/* The doors of a virtual machine, and how often one was used in a boot; claim 2 may have counted
 * them. */
static int count_doors(struct compare *compare)
{
    struct kind_command command;
    struct run_result result;
    if (compare->vm_exits > 0)
        return 0;
    progress_say(compare, "counting the doors of a virtual machine");
    kind_command(compare, KIND_VM, (char *[]){"/bin/true", NULL}, &command);
    kind_add(&command, (char *[]){"--trace", "exits", NULL});
    int failed = run_command(command.argv, &command.how, &result);
    if (!failed) {
        compare->vm_exits = exits_counted(result.errors);
        compare->vm_doors = exits_doors(result.errors);
    }
    run_free(&result);
    return failed ? compare_failed(compare, "a virtual machine: %s", strerror(errno)) : 0;
}

int measure_security(struct compare *compare)
{
    static const char *const doors[] = {
        "system calls that it may make to the host's kernel",
        "ports and addresses that the hypervisor answers", NULL};
    json_t *rows[ATTACKS];
    int reached[KINDS], allowed;
    json_t *table = figures_table(compare, "attacks", "What came of each attack, as root",
                                  "", CHART_NONE, kind_columns);
    for (size_t i = 0; i < ATTACKS; i++)
        rows[i] = figures_row(table, attacks[i].title);
    for (int kind = 0; kind < KINDS; kind++)
        if ((reached[kind] = attack_from(compare, rows, (enum kind)kind)) == -1)
            return -1;
    if ((allowed = allowed_calls(compare)) == -1 || count_doors(compare) == -1)
        return -1;
    table = figures_table(compare, "doors", "How big the door to the host is", "",
                          CHART_NONE, doors);
    json_t *row = figures_row(table, kind_names[KIND_PROCESS]);
    figures_text(row, "all (%d)", TRACE_CALLS);
    figures_nothing(row);
    row = figures_row(table, kind_names[KIND_CONTAINER]);
    figures_number(row, allowed);
    figures_nothing(row);
    row = figures_row(table, kind_names[KIND_VM]);
    figures_number(row, 0);
    figures_number(row, compare->vm_doors);
    figures_fact(compare, "process-reached", reached[KIND_PROCESS]);
    figures_fact(compare, "container-reached", reached[KIND_CONTAINER]);
    figures_fact(compare, "vm-reached", reached[KIND_VM]);
    figures_fact(compare, "allowed-calls", allowed);
    figures_fact(compare, "ports", compare->vm_doors);
    return figures_verdict(compare, reached[KIND_CONTAINER] == 0 ? DOES_NOT_HOLD : HOLDS,
                           "Of %d attacks %d reach the host from a plain process, %d "
                           "from the container, %d from the virtual machine; but "
                           "behind the container's wall stands one kernel with %d "
                           "system calls open, and behind the machine's a hypervisor "
                           "that answers %u ports and addresses (%.0f times in one "
                           "boot).",
                           (int)ATTACKS, reached[KIND_PROCESS], reached[KIND_CONTAINER],
                           reached[KIND_VM], allowed, compare->vm_doors,
                           compare->vm_exits);
}
