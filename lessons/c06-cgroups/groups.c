/* groups.c - the cgroups of the boxes.
 *
 * The session has a cgroup (tutor_cgroup), which gives its controllers to one more for each box.
 * So the session's has no processes of its own, only its children have. A box is born in its
 * cgroup (CLONE_INTO_CGROUP), and `in` enters it. When the box has ended and was waited for, its
 * cgroup is removed with all that is still in it; what the module leaves behind, the tutor removes
 * at the end of the session.
 *
 * Where a session can have no cgroup (version 1, not root) boxes live without, as in the lessons
 * before; only the words of this lesson say so.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "../c01-process/boxes.h"
#include "../c04-namespaces/start.h"
#include "cleanup.h"
#include "groups.h"

#define CONTROLLERS "memory pids cpu io"

struct groups {
    bool ready;
    int all;   /* the session's cgroup */
    int error; /* why there is none: errno */
    struct group {
        char name[BOXES_NAME + 1]; /* of the box; "" where there is room */
        struct cgroup cgroup;
    } of[BOXES_MOST];
};

static struct groups *state_of(struct tutor *tutor)
{
    return tutor_state(tutor, "c06 groups", sizeof(struct groups), NULL);
}

static struct group *look_up(struct groups *groups, const char *name)
{
    for (size_t i = 0; groups && i < BOXES_MOST; i++) {
        if (strcmp(groups->of[i].name, name) == 0)
            return &groups->of[i];
    }
    return NULL;
}

/* Makes the cgroup of the session, once. Returns 0; 1 after having said which call of the module
 * failed; -1 when there can be none here. */
static int prepare(struct tutor *tutor, struct groups *groups)
{
    if (groups->ready)
        return 0;
    const char *path = tutor_cgroup(tutor);
    if (!path) {
        groups->error = errno;
        return -1;
    }
    CLEANUP_CLOSE int top = cgroup_open_parent(CGROUP_MOUNT);
    CLEANUP_CLOSE int all = cgroup_open_parent(path);
    if (top == -1 || all == -1)
        return tutor_error(tutor, "cgroup_open_parent: %s", strerror(errno));
    if (cgroup_enable(top, CONTROLLERS) == -1 || cgroup_enable(all, CONTROLLERS) == -1)
        return tutor_error(tutor, "cgroup_enable: %s (errno %d)", strerror(errno), errno);
    groups->all = cleanup_take(&all);
    groups->ready = true;
    return 0;
}

static int make(struct tutor *tutor, struct groups *groups, const char *name,
                struct cgroup *cgroup)
{
    cgroup->fd = cgroup->parent = -1;
    if (cgroup_create(groups->all, name, cgroup) == 0 && cgroup->fd != -1)
        return 0;
    return tutor_error(tutor, "cgroup_create: %s: %s (errno %d)", name, strerror(errno),
                       errno);
}

int groups_make(struct tutor *tutor, const char *name, struct cgroup *cgroup)
{
    struct groups *groups = state_of(tutor);

    if (!groups)
        return tutor_error(tutor, "%s", strerror(errno));
    int status = prepare(tutor, groups);
    if (status == -1)
        return tutor_error(tutor, "no cgroup can be made here: %s: see boxwork doctor",
                           strerror(groups->error));
    return status == 0 ? make(tutor, groups, name, cgroup) : status;
}

struct cgroup *groups_of_box(struct tutor *tutor, const char *name)
{
    struct groups *groups = state_of(tutor);

    if (!boxes_find(tutor, name))
        return NULL;
    struct group *group = look_up(groups, name);
    if (!group && groups && groups->error)
        (void)tutor_error(tutor,
                          "%s: boxes have no cgroups here: %s: build/boxwork open c06 "
                          "--machine",
                          name, strerror(groups->error));
    else if (!group)
        (void)tutor_error(tutor, "%s: was not started by spawn, so it has no cgroup",
                          name);
    return group ? &group->cgroup : NULL;
}

const char *groups_path(struct tutor *tutor, const struct cgroup *cgroup)
{
    static char path[PATH_MAX];

    (void)snprintf(path, sizeof path, "%s/%s", tutor_cgroup(tutor), cgroup->name);
    return path;
}

/* Who enters a frozen cgroup stands still, and so would the prompt that waits for it. */
static bool is_frozen(const struct cgroup *cgroup)
{
    long long frozen;

    return cgroup_value(cgroup, "cgroup.freeze", NULL, &frozen) == 0 && frozen == 1;
}

pid_t groups_start(struct tutor *tutor, const struct cgroup *cgroup,
                   void (*work)(void *context), void *context)
{
    if (is_frozen(cgroup)) {
        (void)tutor_error(tutor, "%s is frozen: thaw %s", cgroup->name, cgroup->name);
        return -1;
    }
    fflush(stdout);
    pid_t child = fork();
    if (child == -1)
        (void)tutor_error(tutor, "fork: %s", strerror(errno));
    if (child != 0)
        return child;
    if (cgroup_enter(cgroup, 0) == -1)
        _exit(tutor_error(tutor, "cgroup_enter: %s (errno %d)", strerror(errno), errno));
    work(context);
    fflush(stdout);
    _exit(0);
}

/* --- boxes ------------------------------------------------------------------------ */

static int before(struct tutor *tutor, const struct start_wish *wish, int *cgroup)
{
    struct groups *groups = state_of(tutor);
    struct group *room = look_up(groups, "");
    int status = groups ? prepare(tutor, groups) : -1;

    if (status == -1 || !room)
        return 0;
    if (status == 1 || make(tutor, groups, wish->name, &room->cgroup) != 0)
        return 1;
    (void)snprintf(room->name, sizeof room->name, "%s", wish->name); /* was checked */
    *cgroup = room->cgroup.fd;
    return 0;
}

/* The box is gone: its cgroup goes, with whoever is still in it. */
static void ended(struct tutor *tutor, const char *name)
{
    struct group *group = look_up(state_of(tutor), name);

    if (!group || !*name)
        return;
    if (cgroup_remove(&group->cgroup) == -1)
        (void)tutor_error(tutor,
                          "cgroup_remove: %s: %s (errno %d): it will go with the session",
                          name, strerror(errno), errno);
    *group->name = '\0';
}

static void undo(struct tutor *tutor, const struct start_wish *wish)
{
    ended(tutor, wish->name);
}

/* The cgroup of a process is where the kernel says: PID may be any that is in the box. */
static const char *joining(struct tutor *tutor, pid_t pid)
{
    struct groups *groups = state_of(tutor);
    char path[64], line[PATH_MAX] = "";

    snprintf(path, sizeof path, "/proc/%d/cgroup", (int)pid);
    FILE *file = groups && groups->ready ? fopen(path, "re") : NULL;
    while (file && fgets(line, sizeof line, file) && strncmp(line, "0::", 3) != 0)
        continue;
    if (file)
        (void)fclose(file); /* only read */
    line[strcspn(line, "\n")] = '\0';
    char *name = strrchr(line, '/');
    struct group *group = name && name[1] ? look_up(groups, name + 1) : NULL;
    if (group && is_frozen(&group->cgroup)) {
        errno = EBUSY;
        return "the box is frozen, thaw it first";
    }
    return group && cgroup_enter(&group->cgroup, 0) == -1 ? "cgroup_enter" : NULL;
}

START_EXTRA(c06_start) = {
    .before = before,
    .undo = undo,
    .joining = joining,
};

BOXES_EXTRA(c06_boxes) = {
    .ended = ended,
};
