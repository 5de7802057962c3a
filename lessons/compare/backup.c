/* backup.c - claim 11: pack an image, unpack it elsewhere, start it from there.
 *
 * What is saved is what does not run. The state of a running machine is its memory and the
 * registers of its processors, and that of a running container is spread over the kernel.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "figures.h"
#include "kinds.h"

enum stage { PACK, UNPACK, START, STAGES };

/* Starts KIND from the copies in the folder of this run. */
static int start_copy(const struct compare *compare, enum kind kind, double *time,
                      char *why, size_t size)
{
    struct compare moved = *compare;
    char root[128], kernel[128], initrd[128];
    struct run_result result;
    (void)snprintf(root, sizeof root, "%s/back/rootfs", compare->directory);
    (void)snprintf(kernel, sizeof kernel, "%s/back/vmlinuz", compare->directory);
    (void)snprintf(initrd, sizeof initrd, "%s/back/initrd.cpio", compare->directory);
    moved.root = root;
    moved.kernel = kernel;
    moved.initrd = initrd;
    moved.error[0] = '\0';
    int failed =
        kind_run(&moved, kind, (char *[]){"/bin/sh", "/bin/first", NULL}, &result);
    *time = (double)(result.ended - result.started);
    (void)snprintf(why, size, "%s", moved.error);
    run_free(&result);
    return failed;
}

/* Packs, unpacks and starts. BYTES is the size of the archive. */
static int save_and_restore(struct compare *compare, enum kind kind, double times[STAGES],
                            double *bytes)
{
    char script[1024], path[128], why[512];
    struct stat status;
    progress_say(compare, "%s, packed and unpacked", kind_names[kind]);
    (void)snprintf(script, sizeof script,
                   "'%s/bin/busybox' tar -c -f saved.tar -C '%s' %s", compare->root,
                   compare->parts, kind == KIND_VM ? "vmlinuz initrd.cpio" : "rootfs");
    if (kind_shell(compare, script, &times[PACK]) == -1)
        return -1;
    (void)snprintf(path, sizeof path, "%s/saved.tar", compare->directory);
    if (stat(path, &status) == -1)
        return compare_failed(compare, "%s: %s", path, strerror(errno));
    *bytes = (double)status.st_size;
    (void)snprintf(
        script, sizeof script,
        "'%s/bin/busybox' mkdir -p back; '%s/bin/busybox' tar -x -f saved.tar -C back",
        compare->root, compare->root);
    if (kind_shell(compare, script, &times[UNPACK]) == -1)
        return -1;
    if (start_copy(compare, kind, &times[START], why, sizeof why) == -1)
        return compare_failed(compare, "from the copy: %s", why);
    return 0;
}

int measure_backup(struct compare *compare)
{
    static const char *const columns[] = {"packed", "unpacked elsewhere",
                                          "started from there, to its end", NULL};
    static const char *const sizes[] = {"what must be copied", NULL};
    double times[KINDS][STAGES], bytes[KINDS];
    for (int kind = KIND_CONTAINER; kind < KINDS; kind++)
        if (save_and_restore(compare, (enum kind)kind, times[kind], &bytes[kind]) == -1)
            return -1;
    json_t *stages = figures_table(compare, "stages", "Saved and brought back", "ms",
                                   CHART_STACK, columns);
    json_t *size = figures_table(compare, "size", "An image that does not run", "MiB",
                                 CHART_NONE, sizes);
    for (int kind = KIND_CONTAINER; kind < KINDS; kind++) {
        json_t *row = figures_row(stages, kind_names[kind]);
        for (int s = 0; s < STAGES; s++)
            figures_number(row, times[kind][s] / 1e6);
        figures_number(figures_row(size, kind_names[kind]), bytes[kind] / (1 << 20));
    }
    figures_fact(compare, "container-bytes", bytes[KIND_CONTAINER]);
    figures_fact(compare, "vm-bytes", bytes[KIND_VM]);
    figures_missing(compare, "the state of a running machine: comes with h12-snapshot");
    figures_missing(compare, "what a container has changed: comes with c09-images");
    return figures_verdict(
        compare, HOLDS_WHEN,
        "nothing runs, and then for both: %s for the container and %s for the "
        "machine, packed and unpacked in %s and %s. The state of what runs is another "
        "matter, and another lesson.",
        figures_bytes(bytes[KIND_CONTAINER]), figures_bytes(bytes[KIND_VM]),
        figures_time(times[KIND_CONTAINER][PACK] + times[KIND_CONTAINER][UNPACK]),
        figures_time(times[KIND_VM][PACK] + times[KIND_VM][UNPACK]));
}
