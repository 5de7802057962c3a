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
#include "contents.h"
#include "figures.h"
#include "kinds.h"

/* The image of a machine, in the folder of parts. */
#define VM_PARTS "vmlinuz initrd.cpio"
enum { VM_FILES = 2 };

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
                   compare->parts, kind == KIND_VM ? VM_PARTS : "rootfs");
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
    static const char *const sizes[] = {"files and links to copy", "packed, MiB", NULL};
    double times[KINDS][STAGES], bytes[KINDS], files[KINDS] = {0};
    struct contents contents;
    if (contents_count(compare, compare->root, &contents) == -1)
        return -1;
    files[KIND_CONTAINER] = contents.files + contents.links;
    files[KIND_VM] = VM_FILES;
    for (int kind = KIND_CONTAINER; kind < KINDS; kind++)
        if (save_and_restore(compare, (enum kind)kind, times[kind], &bytes[kind]) == -1)
            return -1;
    json_t *stages = figures_table(compare, "stages", "Saved and brought back", "ms",
                                   CHART_STACK, columns);
    json_t *size = figures_table(compare, "size", "An image that does not run", "",
                                 CHART_NONE, sizes);
    for (int kind = KIND_CONTAINER; kind < KINDS; kind++) {
        json_t *row = figures_row(stages, kind_names[kind]);
        for (int s = 0; s < STAGES; s++)
            figures_number(row, times[kind][s] / 1e6);
        row = figures_row(size, kind_names[kind]);
        figures_number(row, files[kind]);
        figures_number(row, bytes[kind] / (1 << 20));
    }
    figures_fact(compare, "container-bytes", bytes[KIND_CONTAINER]);
    figures_fact(compare, "vm-bytes", bytes[KIND_VM]);
    figures_missing(compare, "the state of a running machine: comes with h12-snapshot");
    figures_missing(compare, "what a container has changed: comes with c09-images");
    /* Easy is what is small and quick. Packed, both are one file, so that decides nothing. */
    double container = times[KIND_CONTAINER][PACK] + times[KIND_CONTAINER][UNPACK],
           vm = times[KIND_VM][PACK] + times[KIND_VM][UNPACK];
    bool smaller = bytes[KIND_VM] < bytes[KIND_CONTAINER], quicker = vm < container;
    return figures_verdict(
        compare,
        smaller && quicker   ? HOLDS
        : smaller || quicker ? HOLDS_WHEN
                             : DOES_NOT_HOLD,
        "%s machine is %.0f files, %s, packed and unpacked in %s; the container %.0f "
        "files and links, %s, in %s. Both start from the copy. That is while nothing "
        "runs: the state of what runs is another matter, and another lesson.",
        smaller && !quicker   ? "one counts bytes, not time: the"
        : quicker && !smaller ? "one counts time, not bytes: the"
                              : "The",
        files[KIND_VM], figures_bytes(bytes[KIND_VM]), figures_time(vm),
        files[KIND_CONTAINER], figures_bytes(bytes[KIND_CONTAINER]),
        figures_time(container));
}
