/* dependencies.c - claim 8: two versions of a library side by side, and two kernels.
 *
 * bin/app prints what libversion.so says, which is the number of its version. A library that
 * is installed has one path; what stands there is what everybody gets who sees that path.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "figures.h"
#include "guest.h"

enum { VERSIONS = 2 };

/* What came out, as a word. */
static void keep(const struct run_result *result, char answer[16])
{
    (void)snprintf(answer, 16, "%s", result->line_count > 0 ? result->lines[0].text : "");
}

/* Plain processes share one file system: the version that was installed last is the one. */
static int process_versions(struct compare *compare, char answers[VERSIONS][16])
{
    char folder[128], library[160], from[4200], busybox[4200], app[4200];
    (void)snprintf(folder, sizeof folder, "%s/lib", compare->directory);
    (void)snprintf(library, sizeof library, "LD_LIBRARY_PATH=%s", folder);
    (void)snprintf(busybox, sizeof busybox, "%s/bin/busybox", compare->root);
    (void)snprintf(app, sizeof app, "%s/bin/app", compare->root);
    if (mkdir(folder, 0755) == -1)
        return compare_failed(compare, "%s: %s", folder, strerror(errno));
    struct run_result result;
    for (int v = 0; v < VERSIONS; v++) {
        (void)snprintf(from, sizeof from, "%s/library/%d/libversion.so", compare->root,
                       v + 1);
        int failed =
            run_command((char *[]){busybox, "cp", from, folder, NULL}, NULL, &result);
        run_free(&result);
        if (failed)
            return compare_failed(compare, "%s: %s", from, strerror(errno));
    }
    for (int v = 0; v < VERSIONS; v++) {
        int failed =
            run_command((char *[]){busybox, "env", library, app, NULL}, NULL, &result);
        keep(&result, answers[v]);
        run_free(&result);
        if (failed)
            return compare_failed(compare, "%s: %s", app, strerror(errno));
    }
    return 0;
}

/* Each container has its own version at the path /lib. Both run at the same time. */
static int container_versions(struct compare *compare, char answers[VERSIONS][16])
{
    struct running running[VERSIONS] = {RUN_NONE, RUN_NONE};
    char volume[VERSIONS][4200];
    int failed = 0;
    for (int v = 0; v < VERSIONS && !failed; v++) {
        (void)snprintf(volume[v], sizeof volume[v], "%s/library/%d:/lib:ro",
                       compare->root, v + 1);
        failed = run_start((char *[]){compare->container, "run", "--volume", volume[v],
                                      compare->root, "/bin/app", NULL},
                           NULL, &running[v]);
    }
    for (int v = 0; v < VERSIONS && !failed; v++) {
        struct run_result result;
        failed = run_finish(&running[v], RUN_SECONDS, &result);
        keep(&result, answers[v]);
        run_free(&result);
    }
    for (int v = 0; v < VERSIONS; v++)
        run_kill(&running[v]);
    return failed ? compare_failed(compare, "a container: %s", strerror(errno)) : 0;
}

/* Each machine has a file system of its own, into which its version is installed. */
static int vm_versions(struct compare *compare, char answers[VERSIONS][16],
                       char kernels[VERSIONS][64])
{
    for (unsigned v = 0; v < VERSIONS; v++) {
        struct guest *guest = guest_get(compare, v);
        struct run_result result = {0};
        char line[128];
        (void)snprintf(line, sizeof line, "cp /library/%u/libversion.so /lib && app",
                       v + 1);
        int failed = guest == NULL || guest_ask(compare, guest, line, &result) == -1;
        if (!failed)
            keep(&result, answers[v]);
        run_free(&result);
        if (!failed)
            failed = guest_ask(compare, guest, "tell", &result);
        if (!failed)
            (void)snprintf(kernels[v], sizeof kernels[v], "%s",
                           run_answer(&result, "boot-id"));
        run_free(&result);
        if (failed)
            return -1;
    }
    return 0;
}

/* The boot id that a process, then a container, is told. */
static int shared_kernels(struct compare *compare, char kernels[VERSIONS][64])
{
    for (int i = 0; i < VERSIONS; i++) {
        struct run_result result;
        int failed =
            kind_run(compare, KIND_CONTAINER, (char *[]){"/bin/tell", NULL}, &result);
        (void)snprintf(kernels[i], sizeof kernels[i], "%s",
                       run_answer(&result, "boot-id"));
        run_free(&result);
        if (failed)
            return -1;
    }
    return 0;
}

static bool side_by_side(char answers[VERSIONS][16])
{
    return strcmp(answers[0], "1") == 0 && strcmp(answers[1], "2") == 0;
}

int measure_dependencies(struct compare *compare)
{
    static const char *const columns[] = {"who needs version 1 gets",
                                          "who needs version 2 gets",
                                          "kernels of two of them", NULL};
    char answers[KINDS][VERSIONS][16] = {0}, kernels[KINDS][VERSIONS][64] = {0};
    if (process_versions(compare, answers[KIND_PROCESS]) == -1 ||
        container_versions(compare, answers[KIND_CONTAINER]) == -1 ||
        shared_kernels(compare, kernels[KIND_CONTAINER]) == -1 ||
        vm_versions(compare, answers[KIND_VM], kernels[KIND_VM]) == -1)
        return -1;
    json_t *table =
        figures_table(compare, "versions", "A library at one path, and the kernels", "",
                      CHART_NONE, columns);
    int count[KINDS];
    for (int kind = 0; kind < KINDS; kind++) {
        json_t *row = figures_row(table, kind_names[kind]);
        count[kind] = 1 + (strcmp(kernels[kind][0], kernels[kind][1]) != 0);
        for (int v = 0; v < VERSIONS; v++)
            figures_text(row, "%s", answers[kind][v]);
        figures_number(row, count[kind]);
    }
    bool libraries = side_by_side(answers[KIND_CONTAINER]);
    figures_fact(compare, "process-libraries", side_by_side(answers[KIND_PROCESS]));
    figures_fact(compare, "container-libraries", libraries);
    figures_fact(compare, "vm-libraries", side_by_side(answers[KIND_VM]));
    figures_fact(compare, "container-kernels", count[KIND_CONTAINER]);
    figures_fact(compare, "vm-kernels", count[KIND_VM]);
    return figures_verdict(
        compare, libraries && count[KIND_CONTAINER] == 1 ? HOLDS_WHEN : DOES_NOT_HOLD,
        "the trouble is with files: two versions of a library at one path run side by "
        "side in two containers%s, and in plain processes %s. Two kernels side by "
        "side only virtual machines have: %d in two machines, %d in two containers.",
        libraries ? "" : " not",
        side_by_side(answers[KIND_PROCESS]) ? "as well" : "do not", count[KIND_VM],
        count[KIND_CONTAINER]);
}
