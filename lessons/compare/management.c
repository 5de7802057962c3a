/* management.c - claim 9: what is in the two images that must be kept up to date. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "contents.h"
#include "figures.h"

/* How many lines of `about` begin with WORD; NAMES gets their packages, between commas. */
static unsigned packages(struct compare *compare, const char *word, char *names,
                         size_t size)
{
    char path[4200], line[256], kind[32], name[128], version[96];
    unsigned count = 0;
    (void)snprintf(path, sizeof path, "%s/about", compare->parts);
    FILE *file = fopen(path, "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "%31s %127s %95s", kind, name, version) != 3 ||
            strcmp(kind, word) != 0)
            continue;
        size_t length = strlen(names);
        (void)snprintf(names + length, size - length, "%s%s %s", length ? ", " : "", name,
                       version);
        count++;
    }
    if (file != NULL)
        (void)fclose(file); /* it was only read */
    return count;
}

int measure_management(struct compare *compare)
{
    static const char *const columns[] = {"files",   "programs", "packages",
                                          "kernels", "MiB",      NULL};
    struct contents contents;
    struct stat kernel;
    char shared[512] = "", names[512] = "";
    if (contents_count(compare, compare->root, &contents) == -1)
        return -1;
    if (stat(compare->kernel, &kernel) == -1)
        return compare_failed(compare, "%s: %s", compare->kernel, strerror(errno));
    unsigned both = packages(compare, "userland", shared, sizeof shared) +
                    packages(compare, "inside", shared, sizeof shared);
    unsigned more = packages(compare, "kernel", names, sizeof names);
    json_t *table = figures_table(compare, "contents", "What is in the image", "",
                                  CHART_NONE, columns);
    for (int kind = KIND_CONTAINER; kind < KINDS; kind++) {
        bool vm = kind == KIND_VM;
        json_t *row = figures_row(table, kind_names[kind]);
        figures_number(row, contents.files + vm);
        figures_number(row, contents.programs);
        figures_number(row, both + (vm ? more : 0));
        figures_number(row, vm ? more : 0);
        figures_number(row,
                       (contents.bytes + (vm ? (double)kernel.st_size : 0)) / (1 << 20));
    }
    figures_fact(compare, "files", contents.files);
    figures_fact(compare, "container-kernels", 0);
    figures_fact(compare, "vm-kernels", more);
    return figures_verdict(
        compare,
        more == 0   ? DOES_NOT_HOLD
        : both == 0 ? HOLDS
                    : HOLDS_WHEN,
        "one counts kernels: the machine's image has %u of its own to patch (%s). "
        "The rest is the same in both: %.0f programs from %u packages (%s), each of "
        "which holds its own copy of the C library, and in a container, too, nobody "
        "else patches them.",
        more, names, contents.programs, both, shared);
}
