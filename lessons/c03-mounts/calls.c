/* calls.c - the words of this lesson that make one call of the module in a table.
 *
 * Each runs in a child that has joined the table, opens the root anew and calls through the
 * switchboard, so that the learner's function and the reference's can take turns. What it
 * opens ends with the child.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include "calls.h"
#include "mounts.h"

/* What follows the name of the root: "/proc", or a source and a target. */
struct words {
    int count;
    char **at; /* ended by NULL */
};

/* Says what a call of the module returned. Returns an exit status. */
static int outcome(struct tutor *tutor, const char *function, const char *what,
                   int result)
{
    if (result != -1)
        return 0;
    return tutor_error(tutor, "%s: %s%s%s", function, what, *what ? ": " : "",
                       strerror(errno));
}

/* --- one call of the module, in the table ------------------------------------------- */

static int do_private(struct tutor *tutor, struct table *table, void *context)
{
    (void)table, (void)context;
    return outcome(tutor, "mounts_private", "", mounts_private());
}

static int do_bind(struct tutor *tutor, struct table *table, void *context)
{
    (void)context;
    return outcome(tutor, "mounts_root", table->path, mounts_root(table->path));
}

static int do_attach(struct tutor *tutor, struct table *table, void *context)
{
    const struct words *words = context;
    int root = tables_root(table), found = 0;

    for (const struct mounts_entry *entry = mounts_usual; entry->target; entry++) {
        if (words->count && strcmp(words->at[0], entry->target) != 0)
            continue;
        found++;
        if (outcome(tutor, "mounts_attach", entry->target, mounts_attach(root, entry)))
            return 1;
    }
    if (!found)
        return tutor_error(tutor, "%s: is not in mounts_usual; help attach lists what is",
                           words->at[0]);
    return 0;
}

static int do_devices(struct tutor *tutor, struct table *table, void *context)
{
    (void)context;
    return outcome(tutor, "mounts_devices", "", mounts_devices(tables_root(table)));
}

static int do_volume(struct tutor *tutor, struct table *table, void *context)
{
    const struct words *words = context;
    bool read_only = words->count == 3;
    int source = mounts_source(words->at[0]);

    if (read_only && strcmp(words->at[2], "ro") != 0)
        return tutor_error(tutor, "%s: can only be: ro", words->at[2]);
    if (outcome(tutor, "mounts_source", words->at[0], source))
        return 1;
    return outcome(tutor, "mounts_volume", words->at[1],
                   mounts_volume(tables_root(table), source, words->at[1], read_only));
}

static int do_pivot(struct tutor *tutor, struct table *table, void *context)
{
    (void)context;
    return outcome(tutor, "mounts_pivot", table->path, mounts_pivot(tables_root(table)));
}

static int do_mask(struct tutor *tutor, struct table *table, void *context)
{
    const struct words *words = context;
    const char *const *paths =
        words->count ? (const char *const *)words->at : mounts_masked;

    return outcome(tutor, "mounts_mask", "", mounts_mask(tables_root(table), paths));
}

static int do_read_only(struct tutor *tutor, struct table *table, void *context)
{
    const struct words *words = context;
    const char *const *paths =
        words->count ? (const char *const *)words->at : mounts_protected;

    return outcome(tutor, "mounts_read_only", "",
                   mounts_read_only(tables_root(table), paths));
}

static int do_seal(struct tutor *tutor, struct table *table, void *context)
{
    (void)context;
    return outcome(tutor, "mounts_seal_root", "", mounts_seal_root(tables_root(table)));
}

static const struct {
    const char *word;
    int (*act)(struct tutor *tutor, struct table *table, void *context);
} calls[] = {
    {"private", do_private}, {"bind", do_bind},   {"attach", do_attach},
    {"devices", do_devices}, {"pivot", do_pivot}, {"read-only", do_read_only},
    {"mask", do_mask},       {"seal", do_seal},   {"volume", do_volume},
};

const char *const calls_usual[] = {"private", "bind",      "attach", "devices",
                                   "pivot",   "read-only", "mask",   NULL};

int calls_make(struct tutor *tutor, struct table *table, const char *word, int count,
               char **arguments)
{
    struct words words = {count, arguments};

    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        if (strcmp(calls[i].word, word) != 0)
            continue;
        int status = tables_inside(tutor, table, calls[i].act, &words);
        if (status == 0 && calls[i].act == do_pivot)
            table->pivoted = true;
        return status;
    }
    return tutor_error(tutor, "%s: no such call", word);
}
