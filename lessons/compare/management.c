/* management.c - claim 9: what is in the two images that must be kept up to date. */
#define _GNU_SOURCE
#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "figures.h"

struct contents {
    double files, links, programs, bytes;
};

static bool is_program(const char *path)
{
    char magic[4] = "";
    FILE *file = fopen(path, "re");
    bool elf =
        file != NULL && fread(magic, 1, 4, file) == 4 && memcmp(magic, "\177ELF", 4) == 0;
    if (file != NULL)
        (void)fclose(file); /* it was only read */
    return elf;
}

static int count_tree(struct compare *compare, const char *root,
                      struct contents *contents)
{
    char *roots[] = {(char *)root, NULL};
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    FTSENT *found;
    *contents = (struct contents){0};
    if (walk == NULL)
        return compare_failed(compare, "%s: %s", root, strerror(errno));
    while ((found = fts_read(walk)) != NULL) {
        contents->links += found->fts_info == FTS_SL || found->fts_info == FTS_SLNONE;
        if (found->fts_info != FTS_F)
            continue;
        contents->files++;
        contents->bytes += (double)found->fts_statp->st_size;
        contents->programs += is_program(found->fts_path);
    }
    (void)fts_close(walk); /* it was only read */
    return 0;
}

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
    if (count_tree(compare, compare->root, &contents) == -1)
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
        figures_number(row, vm);
        figures_number(row,
                       (contents.bytes + (vm ? (double)kernel.st_size : 0)) / (1 << 20));
    }
    figures_fact(compare, "files", contents.files);
    figures_fact(compare, "container-kernels", 0);
    figures_fact(compare, "vm-kernels", 1);
    return figures_verdict(
        compare, HOLDS_WHEN,
        "one counts kernels: the machine's image has one of its own to patch (%s). "
        "The rest is the same in both: %.0f programs from %u packages (%s), each of "
        "which holds its own copy of the C library, and in a container, too, nobody "
        "else patches them.",
        names, contents.programs, both, shared);
}
