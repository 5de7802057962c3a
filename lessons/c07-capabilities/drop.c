/* drop.c - boxes with fewer capabilities: the options that this lesson adds to `spawn`.
 *
 * What a box loses, it loses last, when all that needs a privilege has been done. Each option
 * can be left away, so that what it is for can be seen. `in` gives up as many capabilities as
 * the box that it goes into has, as a way in at the side must not be wider than the door; but it
 * stays user 0, to look around in a box that has become another user.
 *
 * Read on: capabilities(7), "The securebits flags"; lessons/c04-namespaces/start.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/securebits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>
#include "../c04-namespaces/start.h"
#include "drop.h"
#include "names.h"
#include "rootless.h"
#include "sets.h"
#include "users.h"

enum skip { NOTHING, BOUNDING, KEEP, SETS };

/* What the options said. */
struct order {
    bool change;           /* --caps */
    capabilities_set keep; /* its list */
    uid_t user;            /* --as; 0 without it */
    enum skip skip;
    bool no_new_privileges, noroot;
};

static struct order *order_of(struct tutor *tutor)
{
    struct order *order = tutor_state(tutor, "c07 order", sizeof *order, NULL);

    if (!order) {
        perror("the options of a box");
        abort();
    }
    return order;
}

static void begin(struct tutor *tutor)
{
    *order_of(tutor) = (struct order){0};
}

/* --- the options ------------------------------------------------------------------- */

/* A number of a user. The largest one is not among them: it is -1, "as it is". */
static int read_user(struct tutor *tutor, const char *text, uid_t *user)
{
    char *end;

    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno != 0 || value >= (uid_t)-1) {
        (void)tutor_error(tutor, "--as %s: needs the number of a user, as 65534", text);
        return -1;
    }
    *user = (uid_t)value;
    return 0;
}

static int read_skip(struct tutor *tutor, const char *text, enum skip *skip)
{
    static const char *const words[] = {
        [BOUNDING] = "bounding", [KEEP] = "keep", [SETS] = "sets"};

    for (size_t i = BOUNDING; i < sizeof words / sizeof *words; i++) {
        if (strcmp(text, words[i]) == 0) {
            *skip = (enum skip)i;
            return 0;
        }
    }
    (void)tutor_error(tutor, "--skip %s: is none of bounding, keep and sets", text);
    return -1;
}

static int option(struct tutor *tutor, char **argv, struct start_wish *wish)
{
    struct order *order = order_of(tutor);
    int words = 2, result = 0;

    if (strcmp(argv[0], "--no-new-privs") == 0) {
        order->no_new_privileges = true;
        words = 1;
    } else if (strcmp(argv[0], "--noroot") == 0) {
        order->noroot = true;
        words = 1;
    } else if (strcmp(argv[0], "--caps") == 0 && argv[1]) {
        order->change = true;
        result = names_read(tutor, argv[1], &order->keep);
    } else if (strcmp(argv[0], "--as") == 0 && argv[1]) {
        result = read_user(tutor, argv[1], &order->user);
    } else if (strcmp(argv[0], "--skip") == 0 && argv[1]) {
        result = read_skip(tutor, argv[1], &order->skip);
    } else {
        return 0;
    }
    /* Who is not root has no capability to drop; with any namespace of its own the box gets a
     * user namespace as well, and there it has all of them. */
    if (rootless_needed())
        wish->flags |= CLONE_NEWUTS;
    return result == -1 ? -1 : words;
}

/* --- the box ----------------------------------------------------------------------- */

/* capabilities_become, with one step left out. */
static const char *become_without(const struct order *order)
{
    if (order->skip != BOUNDING && capabilities_drop_bounding(order->keep) == -1)
        return "capabilities_drop_bounding";
    if (order->skip != KEEP && capabilities_keep(true) == -1)
        return "capabilities_keep";
    if (users_become(order->user, order->user, NULL, 0) == -1)
        return "users_become";
    if (order->skip != KEEP && capabilities_keep(false) == -1)
        return "capabilities_keep";
    if (order->skip != SETS && capabilities_set_to(order->keep) == -1)
        return "capabilities_set_to";
    return capabilities_clear_ambient() == -1 ? "capabilities_clear_ambient" : NULL;
}

/* For good: a lock that is not set could be taken back by whoever has CAP_SETPCAP. */
static const char *be_nobody_special(void)
{
    unsigned long bits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED;

    return prctl(PR_SET_SECUREBITS, bits, 0, 0, 0) == -1 ? "prctl(PR_SET_SECUREBITS)"
                                                         : NULL;
}

static const char *last(struct tutor *tutor, const struct start_wish *wish)
{
    const struct order *order = order_of(tutor);
    const char *failed = NULL;

    (void)wish;
    if (order->noroot)
        failed = be_nobody_special();
    if (!failed && order->change && order->skip != NOTHING)
        failed = become_without(order);
    else if (!failed && order->change &&
             capabilities_become(order->user, order->user, order->keep) == -1)
        failed = "capabilities_become";
    else if (!failed && !order->change && order->user != 0 &&
             users_become(order->user, order->user, NULL, 0) == -1)
        failed = "users_become";
    if (!failed && order->no_new_privileges && capabilities_no_new_privileges() == -1)
        failed = "capabilities_no_new_privileges";
    return failed;
}

/* --- going in ---------------------------------------------------------------------- */

const char *drop_to(capabilities_set keep)
{
    if (capabilities_drop_bounding(keep) == -1)
        return "capabilities_drop_bounding";
    if (capabilities_set_to(keep) == -1)
        return "capabilities_set_to";
    return capabilities_clear_ambient() == -1 ? "capabilities_clear_ambient" : NULL;
}

bool drop_no_new_privileges(pid_t pid)
{
    char path[64], line[256];
    int set = 0;

    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *status = fopen(path, "re");
    while (status && fgets(line, sizeof line, status))
        (void)sscanf(line, "NoNewPrivs: %d", &set);
    if (status)
        fclose(status);
    return set == 1;
}

/* What the box has that `in` goes into; inside, /proc may be another one. */
struct measure {
    bool known, no_new_privileges;
    capabilities_set bounding;
};

static struct measure *measure_of(struct tutor *tutor)
{
    struct measure *measure = tutor_state(tutor, "c07 in", sizeof *measure, NULL);

    if (!measure) {
        perror("the capabilities of a box");
        abort();
    }
    return measure;
}

static const char *joining(struct tutor *tutor, pid_t pid)
{
    struct measure *measure = measure_of(tutor);
    struct capabilities box;

    sets_settle(pid);
    measure->known = capabilities_read(pid, &box) == 0;
    measure->bounding = box.bounding;
    measure->no_new_privileges = drop_no_new_privileges(pid);
    return NULL;
}

static const char *joined(struct tutor *tutor, unsigned flags)
{
    const struct measure *measure = measure_of(tutor);
    struct capabilities ours;
    const char *failed = NULL;

    (void)flags;
    if (!measure->known || capabilities_read(0, &ours) == -1)
        return "capabilities_read";
    if ((ours.bounding & ~measure->bounding) != 0)
        failed = drop_to(ours.permitted & measure->bounding);
    if (!failed && measure->no_new_privileges && capabilities_no_new_privileges() == -1)
        failed = "capabilities_no_new_privileges";
    return failed;
}

START_EXTRA(c07) = {
    .begin = begin,
    .option = option,
    .last = last,
    .joining = joining,
    .joined = joined,
};
