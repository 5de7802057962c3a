/* contents.c - what lies in a root file system. */
#define _GNU_SOURCE
#include "contents.h"
#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

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

int contents_count(struct compare *compare, const char *root, struct contents *contents)
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
