/* seen.c - what the judge of c03-mounts reads of a player. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "seen.h"

struct player *seen_start(const char *const *words)
{
    struct player_setup plain = {0};

    return player_start(&plain, words);
}

struct answer seen_answer(struct player *player)
{
    struct answer answer = {.result = -2};

    (void)sscanf(player_ready(player), "%d %d", &answer.result, &answer.error);
    return answer;
}

struct answer seen_answer_after(struct player *player)
{
    (void)player_ready(player);
    player_go(player);
    return seen_answer(player);
}

void expect_success(const char *function, const struct answer *answer)
{
    if (answer->result < 0)
        judge_fail("%s must succeed here; it returned %d, errno %d (%s)", function,
                   answer->result, answer->error, strerror(answer->error));
}

void expect_failure(const char *function, int error, const struct answer *answer)
{
    if (answer->result != -1)
        judge_fail("%s must return -1 here, with errno %s; it returned %d", function,
                   strerrorname_np(error), answer->result);
    judge_expect_errno(function, error, answer->error);
}

/* --- the mount table ---------------------------------------------------------------- */

/* Takes one line apart. The optional fields (7) stand between the options and a "-". */
static bool parse(char *line, struct mount *mount)
{
    char *rest = strstr(line, " - ");

    *mount = (struct mount){0};
    if (!rest)
        return false;
    *rest = '\0';
    return sscanf(line, "%d %*d %*s %*s %511s %255s %127[^\n]", &mount->id, mount->point,
                  mount->options, mount->propagation) >= 3 &&
           sscanf(rest + 3, "%63s %*s %255s", mount->type, mount->super) == 2;
}

void seen_each_mount(struct player *player,
                     void (*look)(const struct mount *mount, void *context),
                     void *context)
{
    static char text[1 << 16];
    struct mount mount;

    snprintf(text, sizeof text, "%s", process_file(player_pid(player), "mountinfo"));
    if (!*text)
        judge_fail("the mount table of the process cannot be seen: it has ended");
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        if (parse(line, &mount))
            look(&mount, context);
    }
}

struct search {
    const char *point; /* NULL: any */
    int count;
    struct mount last; /* the last of the table is the topmost */
};

static void search_mount(const struct mount *mount, void *context)
{
    struct search *search = context;

    if (search->point && strcmp(mount->point, search->point) != 0)
        return;
    search->count++;
    search->last = *mount;
}

int seen_mounts_at(struct player *player, const char *point)
{
    struct search search = {.point = point};

    seen_each_mount(player, search_mount, &search);
    return search.count;
}

int seen_mounts(struct player *player)
{
    return seen_mounts_at(player, NULL);
}

struct mount seen_mount(struct player *player, const char *point)
{
    struct search search = {.point = point};

    seen_each_mount(player, search_mount, &search);
    if (search.count == 0)
        judge_fail("something must be mounted at %s; the mount table has no such line",
                   point);
    return search.last;
}

bool seen_option(const char *options, const char *option)
{
    size_t length = strlen(option);

    for (; *options; options += strcspn(options, ","), options += *options == ',') {
        if (strncmp(options, option, length) == 0 &&
            (options[length] == ',' || options[length] == '\0'))
            return true;
    }
    return false;
}

/* --- files -------------------------------------------------------------------------- */

static void path_of(struct player *player, const char *path, char *to, size_t size)
{
    snprintf(to, size, "/proc/%d/root%s", (int)player_pid(player), path);
}

struct stat seen_path(struct player *player, const char *path)
{
    char full[512];
    struct stat status;

    path_of(player, path, full, sizeof full);
    if (stat(full, &status) == -1)
        judge_fail("%s must be there for the process; it is not: %s", path,
                   strerror(errno));
    return status;
}

struct stat seen_link(struct player *player, const char *name)
{
    char full[512];
    struct stat status;

    snprintf(full, sizeof full, "/proc/%d/%s", (int)player_pid(player), name);
    if (stat(full, &status) == -1)
        judge_fail("/proc/PID/%s cannot be seen: %s", name, strerror(errno));
    return status;
}

bool seen_exists(struct player *player, const char *path)
{
    char full[512];
    struct stat status;

    path_of(player, path, full, sizeof full);
    return lstat(full, &status) == 0;
}

bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

void expect_descriptor(struct player *player, int fd, const char *path)
{
    char name[32];

    snprintf(name, sizeof name, "fd/%d", fd);
    struct stat shown = seen_link(player, name), expected = seen_path(player, path);
    if (!same_file(&shown, &expected))
        judge_fail("descriptor %d must be %s; it leads to %s", fd, path,
                   process_link(player_pid(player), name));
}
