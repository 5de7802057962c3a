/* isolation.c - claim 2: which kernel answers, what one sees of others, whose kernel is asked.
 *
 * The same program (inside/tell.c) asks in all three kinds, and a process called "neighbour" waits
 * meanwhile to be seen. Then the system calls of one piece of work are counted where they
 * arrive: at this kernel, or not.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "exits.h"
#include "figures.h"
#include "guest.h"
#include "trace.h"

static const char *const questions[] = {"release",   "boot-id",    "hostname",
                                        "processes", "neighbours", "kernel-threads",
                                        "hypervisor"};
enum { QUESTIONS = sizeof questions / sizeof *questions };

static pid_t neighbour_start(void)
{
    pid_t parent = getpid(), pid = fork();
    if (pid != 0)
        return pid;
    (void)prctl(PR_SET_NAME, "neighbour"); /* cannot fail with these arguments */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent)
        for (;;)
            (void)pause();
    _exit(1);
}

/* What `tell` says in KIND. */
static int ask(struct compare *compare, enum kind kind, struct run_result *result)
{
    *result = (struct run_result){0};
    if (kind != KIND_VM)
        return kind_run(compare, kind, (char *[]){"/bin/tell", NULL}, result);
    struct guest *guest = guest_get(compare, 0);
    return guest == NULL ? -1 : guest_ask(compare, guest, "tell", result);
}

static void answers_table(struct compare *compare, const struct run_result results[KINDS])
{
    static const char *const titles[QUESTIONS] = {"kernel",
                                                  "boot id of that kernel",
                                                  "host name",
                                                  "processes that it sees",
                                                  "the host's \"neighbour\" among them",
                                                  "threads of the kernel among them",
                                                  "hypervisor below, by CPUID"};
    json_t *table = figures_table(compare, "answers", "What a program inside finds out",
                                  "", CHART_NONE, kind_columns);
    for (size_t i = 0; i < QUESTIONS; i++) {
        json_t *row = figures_row(table, titles[i]);
        for (int kind = 0; kind < KINDS; kind++)
            figures_text(row, "%s", run_answer(&results[kind], questions[i]));
    }
}

/* The whole of a file, free(3); NULL with errno. */
static char *file_text(const char *path)
{
    char *text = NULL;
    size_t length = 0;
    int byte;
    FILE *file = fopen(path, "re"),
         *to = file != NULL ? open_memstream(&text, &length) : NULL;
    while (to != NULL && (byte = getc(file)) != EOF)
        (void)putc(byte, to); /* no memory: seen at the end */
    if (file != NULL)
        (void)fclose(file); /* it was only read */
    if (to != NULL && fclose(to) == 0)
        return text;
    free(text);
    return NULL;
}

/* Counts the system calls of `ls -l /` that arrive at this kernel. */
static int count_calls(struct compare *compare, struct trace_count counts[KINDS],
                       double *exits)
{
    char *words[] = {"/bin/ls", "-l", "/", NULL};
    struct kind_command command;
    char path[128];
    (void)snprintf(path, sizeof path, "%s/stats", compare->directory);
    for (int kind = 0; kind < KINDS; kind++) {
        progress_say(compare, "counting system calls, %s", kind_names[kind]);
        kind_command(compare, (enum kind)kind, words, &command);
        if (kind == KIND_VM)
            kind_add(&command, (char *[]){"--trace", "exits", NULL});
        if (trace_command(command.argv, &command.how, "ls", path, &counts[kind]) == -1)
            return compare_failed(compare, "%s: counting system calls: %s",
                                  kind_names[kind], strerror(errno));
    }
    char *stats = file_text(path); /* of the last one, the virtual machine */
    if (stats == NULL)
        return compare_failed(compare, "%s: %s", path, strerror(errno));
    *exits = compare->vm_exits = exits_counted(stats);
    compare->vm_doors = exits_doors(stats); /* for claim 7 */
    free(stats);
    return 0;
}

static void calls_table(struct compare *compare, const struct trace_count counts[KINDS],
                        double exits)
{
    static const char *const columns[] = {"system calls of the work", "of its engine",
                                          "kinds of them, both",
                                          "exits to the hypervisor", NULL};
    json_t *table = figures_table(compare, "calls", "What reaches the host's kernel",
                                  "calls", CHART_BARS, columns);
    for (int kind = 0; kind < KINDS; kind++) {
        json_t *row = figures_row(table, kind_names[kind]);
        figures_number(row, (double)counts[kind].work);
        figures_number(row, (double)(counts[kind].calls - counts[kind].work));
        figures_number(row, (double)counts[kind].kinds);
        if (kind == KIND_VM)
            figures_number(row, exits);
        else
            figures_nothing(row);
    }
}

int measure_isolation(struct compare *compare)
{
    struct run_result results[KINDS] = {{0}};
    struct trace_count counts[KINDS];
    double exits = 0;
    pid_t neighbour = neighbour_start();
    int failed = neighbour == -1;
    for (int kind = 0; kind < KINDS && !failed; kind++)
        failed = ask(compare, (enum kind)kind, &results[kind]);
    if (neighbour != -1) {
        (void)kill(neighbour, SIGKILL); /* ours, not collected yet */
        while (waitpid(neighbour, NULL, 0) == -1 && errno == EINTR)
            ;
    }
    if (!failed)
        failed = count_calls(compare, counts, &exits);
    if (!failed) {
        const char *ids[KINDS];
        answers_table(compare, results);
        calls_table(compare, counts, exits);
        for (int kind = 0; kind < KINDS; kind++)
            ids[kind] = run_answer(&results[kind], "boot-id");
        bool shared = strcmp(ids[KIND_PROCESS], ids[KIND_CONTAINER]) == 0;
        bool own = strcmp(ids[KIND_PROCESS], ids[KIND_VM]) != 0;
        figures_fact(compare, "container-shares-kernel", shared);
        figures_fact(compare, "vm-has-own-kernel", own);
        figures_fact(compare, "exits", exits);
        figures_fact(compare, "container-calls", (double)counts[KIND_CONTAINER].work);
        figures_fact(compare, "vm-calls", (double)counts[KIND_VM].work);
        failed = figures_verdict(
            compare, shared && own ? HOLDS : DOES_NOT_HOLD,
            "The container's kernel is the host's (the same boot id), and all %zu "
            "system calls of its work go to it; the virtual machine's is %s, and %zu "
            "of them reach the host, which sees %.0f exits instead. Of the host's "
            "processes the container sees %s, the machine %s.",
            counts[KIND_CONTAINER].work, own ? "another one" : "the same",
            counts[KIND_VM].work, exits,
            strcmp(run_answer(&results[KIND_CONTAINER], "neighbours"), "0") ? "some"
                                                                            : "none",
            strcmp(run_answer(&results[KIND_VM], "neighbours"), "0") ? "some" : "none");
    }
    for (int kind = 0; kind < KINDS; kind++)
        run_free(&results[kind]);
    return failed ? -1 : 0;
}
