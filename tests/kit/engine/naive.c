/* naive.c - steps of mini-container as one writes them before one has met a hostile image.
 *
 * They are part of build/red/mini-container alone, where --naive STEP puts the one of that name in
 * place of the engine's. What they have in common: an image is a path prefix to them, and a
 * path, once written down, always means the same. tests/kit/engine-gallery.sh shows for each of
 * them what a hostile image or caller makes of that.
 *
 * Read on: tests/kit/engine-gallery.sh; mini-container/inside.h for the other way.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "container.h"
#include "mounts.h"

/* "ROOTFS" and "/path", one behind the other. The directories are made, as far as they lack. */
static const char *below(const struct container *c, const char *target)
{
    static char path[PATH_MAX];

    (void)snprintf(path, sizeof path, "%s%s", c->options->rootfs, target);
    for (char *slash = path + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        (void)mkdir(path, 0755); /* or it is there */
        *slash = '/';
    }
    (void)mkdir(path, 0755);
    return path;
}

static int naive_attach(struct container *c, const struct step *step)
{
    const struct mounts_entry *entry = mounts_usual;

    while (strcmp(entry->target, step->target) != 0)
        entry++;
    return mount(entry->type, below(c, entry->target), entry->type, 0, entry->options);
}

static int naive_devices(struct container *c, const struct step *step)
{
    char null[PATH_MAX];

    (void)step;
    (void)snprintf(null, sizeof null, "%s/null", below(c, "/dev"));
    return mknod(null, S_IFCHR | 0666, makedev(1, 3)) == -1 && errno != EEXIST ? -1 : 0;
}

static int naive_volumes(struct container *c, const struct step *step)
{
    (void)step;
    for (size_t i = 0; i < c->options->volume_count; i++) {
        const struct container_volume *volume = &c->options->volumes[i];
        if (mount(volume->source, below(c, volume->target), NULL, MS_BIND, NULL) == -1)
            return -1;
    }
    return 0;
}

static int naive_mask(struct container *c, const struct step *step)
{
    (void)c;
    (void)step;
    /* All others would be masked in the same way. */
    return mount("/dev/null", "/proc/timer_list", NULL, MS_BIND, NULL);
}

static int naive_workdir(struct container *c, const struct step *step)
{
    (void)step;
    return chdir(c->options->workdir);
}

const struct step naive_steps[] = {
    {.name = "proc", .run = naive_attach},
    {.name = "dev", .run = naive_attach},
    {.name = "devices", .run = naive_devices},
    {.name = "volumes", .run = naive_volumes},
    {.name = "mask", .run = naive_mask},
    {.name = "workdir", .run = naive_workdir},
    {0},
};
