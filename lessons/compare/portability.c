/* portability.c - claim 3: the same two images under the conditions of other hosts.
 *
 * A host is another one when one is not root there, when its kernel does not do what the program
 * wants, when its processor is another one. Each is made here as well as it goes: another
 * user, a program that asks for more than a container may, a program for another processor. And
 * one other host is at hand: the lab machine's own, or, seen from there, the machine around it
 * (elsewhere.c).
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "elsewhere.h"
#include "figures.h"
#include "guest.h"
#include "trial.h"

enum { TRIALS = 4 };

static const char *const trials[TRIALS] = {"as it is", "as an ordinary user",
                                           "a program that mounts a file system",
                                           "built for another processor"};

/* The same in a machine that is there already. */
static int try_guest(struct compare *compare, struct guest *guest, const char *line,
                     struct trial *trial)
{
    struct run_result result = {0};
    int failed = guest == NULL || guest_ask(compare, guest, line, &result) == -1;
    trial->runs = !failed && result.status == 0;
    (void)snprintf(trial->text, sizeof trial->text, "%s%s", trial->runs ? "runs" : "no: ",
                   trial->runs || result.line_count == 0 ? "" : result.lines[0].text);
    run_free(&result);
    return failed ? -1 : 0;
}

/* A machine of an ordinary user. It stays, as the second one of claim 8. */
static int try_ordinary(struct compare *compare, const char *line, struct trial *trial)
{
    char why[300];
    struct guest *guest = guest_get_ordinary(compare, 1, why, sizeof why);
    if (guest != NULL)
        return try_guest(compare, guest, line, trial);
    trial->runs = false;
    (void)snprintf(trial->text, sizeof trial->text, "no: %.*s",
                   (int)strcspn(trial_reason(why), "\n"), trial_reason(why));
    return 0;
}

/* A program for ARM, which need not be more than its head. */
static int foreign_program(struct compare *compare, char *path, size_t size)
{
    const Elf64_Ehdr head = {
        .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
                    EV_CURRENT},
        .e_type = ET_EXEC,
        .e_machine = EM_AARCH64,
        .e_version = EV_CURRENT,
        .e_ehsize = sizeof head,
    };
    (void)snprintf(path, size, "%s/foreign", compare->directory);
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
    if (file == -1 || write(file, &head, sizeof head) != sizeof head || close(file) == -1)
        return compare_failed(compare, "%s: %s", path, strerror(errno));
    return 0;
}

/* A program, and a kernel, of another processor. */
static void try_foreign(struct compare *compare, const char *program,
                        struct trial *container, struct trial *vm)
{
    struct kind_command command;
    char volume[256];
    (void)snprintf(volume, sizeof volume, "%s:/foreign:ro", program);
    trial_command((char *[]){compare->container, "run", "--volume", volume, compare->root,
                             "/foreign", NULL},
                  NULL, NULL, container, NULL);
    kind_command(compare, KIND_VM, (char *[]){"/bin/true", NULL}, &command);
    command.argv[3] = (char *)program; /* --kernel */
    trial_command(command.argv, &command.how, "boxwork: end 0", vm, NULL);
}

int measure_portability(struct compare *compare)
{
    struct trial outcomes[KINDS][TRIALS];
    char foreign[128];
    if (foreign_program(compare, foreign, sizeof foreign) == -1)
        return -1;
    static const struct trial_how usual = {0}, ordinary = {.ordinary = true};
    char *first[] = {"/bin/sh", "/bin/first", NULL};
    char *mounts[] = {"/bin/mount", "-t", "tmpfs", "none", "/home", NULL};
    progress_say(compare, "on other hosts");
    trial_kind(compare, KIND_CONTAINER, first, &usual, &outcomes[KIND_CONTAINER][0]);
    trial_kind(compare, KIND_CONTAINER, first, &ordinary, &outcomes[KIND_CONTAINER][1]);
    trial_kind(compare, KIND_CONTAINER, mounts, &usual, &outcomes[KIND_CONTAINER][2]);
    struct guest *guest = guest_get(compare, 0);
    if (try_guest(compare, guest, "first", &outcomes[KIND_VM][0]) == -1 ||
        try_ordinary(compare, "first", &outcomes[KIND_VM][1]) == -1 ||
        try_guest(compare, guest, "mount -t tmpfs none /home", &outcomes[KIND_VM][2]) ==
            -1)
        return -1;
    try_foreign(compare, foreign, &outcomes[KIND_CONTAINER][3], &outcomes[KIND_VM][3]);
    if (run_interrupted)
        return compare_failed(compare, "interrupted");
    json_t *table = figures_table(compare, "trials", "What runs where", "", CHART_NONE,
                                  kind_columns + KIND_CONTAINER);
    unsigned runs[KINDS] = {0};
    for (int i = 0; i < TRIALS; i++) {
        json_t *row = figures_row(table, trials[i]);
        for (int kind = KIND_CONTAINER; kind < KINDS; kind++) {
            figures_text(row, "%s", outcomes[kind][i].text);
            runs[kind] += outcomes[kind][i].runs;
        }
    }
    figures_fact(compare, "container-runs", runs[KIND_CONTAINER]);
    figures_fact(compare, "vm-runs", runs[KIND_VM]);
    figures_fact(compare, "container-as-it-is", outcomes[KIND_CONTAINER][0].runs);
    figures_fact(compare, "vm-as-it-is", outcomes[KIND_VM][0].runs);
    bool everywhere = runs[KIND_CONTAINER] == TRIALS;
    const char *elsewhere = elsewhere_table(compare, &everywhere);
    return figures_verdict(
        compare, everywhere ? HOLDS : HOLDS_WHEN,
        "the host's kernel is one that the program can use, and its processor the "
        "same: of %d trials the container passed %u and the machine %u; without root "
        "the container %s and the machine %s, and a program that needs more of a "
        "kernel than a container may have %s in the container and %s in the machine, "
        "which brings its own.%s",
        TRIALS, runs[KIND_CONTAINER], runs[KIND_VM],
        outcomes[KIND_CONTAINER][1].runs ? "runs" : "does not run",
        outcomes[KIND_VM][1].runs ? "runs"
                                  : "does not (it needs the right to use /dev/kvm)",
        outcomes[KIND_CONTAINER][2].runs ? "runs" : "fails",
        outcomes[KIND_VM][2].runs ? "runs" : "fails", elsewhere);
}
