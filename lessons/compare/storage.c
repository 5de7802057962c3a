/* storage.c - claim 10: bytes on disk, for one instance and for ten.
 *
 * Counted are blocks, not lengths. Both images can be shared, because neither engine writes
 * into what it starts from when it is told so; what an instance changes comes on top.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "figures.h"
#include "kinds.h"

/* The bytes of the blocks below PATH; -1 with errno. */
static double blocks_of(const char *path)
{
    char *roots[] = {(char *)path, NULL};
    double bytes = 0;
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    FTSENT *found;
    if (walk == NULL)
        return -1;
    while ((found = fts_read(walk)) != NULL)
        if (found->fts_info != FTS_DP && found->fts_statp != NULL)
            bytes += (double)found->fts_statp->st_blocks * 512;
    (void)fts_close(walk); /* it was only read */
    return bytes;
}

/* A copy of FROM in a folder of this run, and the bytes of its blocks; -1 with compare_failed. */
static double copy_blocks(struct compare *compare, const char *from)
{
    char script[4400], to[128];
    double ignored;
    (void)snprintf(script, sizeof script, "cp -a '%s' copy", from);
    (void)snprintf(to, sizeof to, "%s/copy", compare->directory);
    if (kind_shell(compare, script, &ignored) == -1)
        return -1;
    double bytes = blocks_of(to);
    if (bytes < 0)
        return compare_failed(compare, "%s: %s", to, strerror(errno));
    return kind_shell(compare, "rm -r copy", &ignored) == -1 ? -1 : bytes;
}

int measure_storage(struct compare *compare)
{
    static const char *const columns[] = {"1 instance", "10 that share the image",
                                          "10 with a copy each", NULL};
    double image[KINDS] = {0}, copy[KINDS] = {0};
    image[KIND_CONTAINER] = blocks_of(compare->root);
    copy[KIND_CONTAINER] = copy_blocks(compare, compare->root);
    image[KIND_VM] = blocks_of(compare->initrd) + blocks_of(compare->kernel);
    double kernel = copy_blocks(compare, compare->kernel);
    double initrd = copy_blocks(compare, compare->initrd);
    if (copy[KIND_CONTAINER] < 0 || kernel < 0 || initrd < 0)
        return -1;
    copy[KIND_VM] = kernel + initrd;
    json_t *table =
        figures_table(compare, "blocks", "Bytes on disk", "MiB", CHART_BARS, columns);
    for (int kind = KIND_CONTAINER; kind < KINDS; kind++) {
        json_t *row = figures_row(table, kind_names[kind]);
        figures_number(row, image[kind] / (1 << 20));
        figures_number(row, image[kind] / (1 << 20));
        figures_number(row, 10 * copy[kind] / (1 << 20));
    }
    figures_fact(compare, "container-bytes", image[KIND_CONTAINER]);
    figures_fact(compare, "vm-bytes", image[KIND_VM]);
    figures_missing(compare,
                    "layers and copy-on-write between containers: come with c09-images");
    figures_missing(compare, "a disk that the machine writes to: comes with h09-virtio");
    return figures_verdict(
        compare, image[KIND_VM] > 10 * image[KIND_CONTAINER] ? HOLDS : DOES_NOT_HOLD,
        "With the same userland the machine's image is %.1f times the container's (%s "
        "and %s), and the difference is its kernel; as long as instances only read, "
        "ten of either take no more than one.",
        image[KIND_VM] / image[KIND_CONTAINER], figures_bytes(image[KIND_VM]),
        figures_bytes(image[KIND_CONTAINER]));
}
