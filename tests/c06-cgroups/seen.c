/* seen.c - a tree of cgroups for a player, and what is seen of it.
 *
 * A player is nobody in particular outside of its sandbox. So the tree is delegated: its files
 * belong to the user that the player is. A child of this process removes it when this process
 * ends: its end of a pipe is closed then, even by kill -9. The judge waits for all such children
 * before the next check.
 *
 * Read on: cgroups(7), "Cgroups delegation".
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>
#include "seen.h"

#define ALL "/sys/fs/cgroup"
#define CONTROLLERS "+memory +pids +cpu +io"

static char base[128]; /* the tree of the player that was started last */

/* --- the tree --------------------------------------------------------------------- */

static int put(const char *directory, const char *file, const char *text)
{
    char path[PATH_MAX];

    snprintf(path, sizeof path, "%s/%s", directory, file);
    int to = open(path, O_WRONLY | O_CLOEXEC);
    if (to == -1)
        return -1;
    ssize_t written = write(to, text, strlen(text));
    int error = errno;
    close(to);
    errno = error;
    return written == -1 ? -1 : 0;
}

static int remove_one(const char *path, const struct stat *status, int type,
                      struct FTW *where)
{
    (void)status, (void)where;
    if (type == FTW_DP)
        (void)rmdir(path); /* busy: there is another round */
    return 0;
}

/* Removes the tree once nobody holds the other end of the pipe FROM. */
static _Noreturn void watch(int from)
{
    char byte;

    /* What a check has open besides is not for us to keep open. */
    if (dup3(from, 3, O_CLOEXEC) == -1 || close_range(4, ~0U, 0) == -1)
        _exit(1);
    while (read(3, &byte, 1) == -1 && errno == EINTR)
        continue;
    for (int i = 0; i < 500 && access(base, F_OK) == 0; i++) {
        (void)put(base, "cgroup.kill", "1"); /* again: somebody may have come in */
        (void)nftw(base, remove_one, 8, FTW_DEPTH | FTW_PHYS);
        usleep(10000);
    }
    _exit(0);
}

static void make_tree(void)
{
    static int trees;
    struct statfs fs;
    int ends[2];

    if (statfs(ALL, &fs) == -1 || fs.f_type != CGROUP2_SUPER_MAGIC)
        judge_cannot_run("cgroup version 2 is not mounted at " ALL
                         ": it is in the lab machine");
    snprintf(base, sizeof base, ALL "/boxwork-judge-%d-%d", getpid(), ++trees);
    if (pipe2(ends, O_CLOEXEC) == -1)
        judge_cannot_run("pipe2: %s", strerror(errno));
    pid_t watcher = fork();
    if (watcher == 0) {
        signal(SIGINT, SIG_IGN); /* Ctrl-C is for the judge, whose end we see */
        close(ends[1]);
        watch(ends[0]);
    }
    close(ends[0]); /* the other end is open as long as this process lives */
    if (watcher == -1)
        judge_cannot_run("fork: %s", strerror(errno));
    if (put(ALL, "cgroup.subtree_control", CONTROLLERS) == -1 || mkdir(base, 0755) == -1)
        judge_cannot_run("a cgroup in " ALL ": %s: the judge must be root",
                         strerror(errno));
    if (put(base, "cgroup.subtree_control", CONTROLLERS) == -1)
        judge_cannot_run("%s/cgroup.subtree_control: %s", base, strerror(errno));
}

/* Gives the cgroup to USER, as cgroup_delegate does. */
static void give(const char *directory, uid_t user)
{
    static const char *const files[] = {".", "cgroup.procs", "cgroup.threads",
                                        "cgroup.subtree_control"};
    char path[PATH_MAX];

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "%s/%s", directory, files[i]);
        if (chown(path, user, user) == -1)
            judge_cannot_run("chown %s: %s", path, strerror(errno));
    }
}

struct player *seen_start(const char *const arguments[])
{
    static const struct player_setup plain = {.seconds = 20};
    char path[PATH_MAX], pid[16];

    make_tree();
    struct player *player = player_start(&plain, arguments);
    (void)player_ready(player);
    uid_t user = (uid_t)atol(process_status(player_pid(player), "Uid"));
    give(base, user);
    snprintf(path, sizeof path, "%s/area", base);
    if (mkdir(path, 0755) == -1)
        judge_cannot_run("%s: %s", path, strerror(errno));
    give(path, user);
    snprintf(path, sizeof path, "%s/player", base);
    if (mkdir(path, 0755) == -1)
        judge_cannot_run("%s: %s", path, strerror(errno));
    give(path, user);
    snprintf(pid, sizeof pid, "%d", player_pid(player));
    if (put(path, "cgroup.procs", pid) == -1)
        judge_cannot_run("move the player to %s: %s", path, strerror(errno));
    player_go(player);
    return player;
}

/* --- what the player says it got -------------------------------------------------- */

struct answer seen_answer(struct player *player)
{
    struct answer answer = {.result = -2};

    (void)sscanf(player_ready(player), "%d %d %lld %lld %lld", &answer.result,
                 &answer.error, &answer.more[0], &answer.more[1], &answer.more[2]);
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
    if (answer->result != 0)
        judge_fail("%s must work here; it returned %d, errno %d (%s)", function,
                   answer->result, answer->error, strerror(answer->error));
}

void expect_failure(const char *function, int error, const struct answer *answer)
{
    if (answer->result != -1)
        judge_fail("%s must return -1 here, with errno %s; it returned %d", function,
                   strerrorname_np(error), answer->result);
    judge_expect_errno(function, error, answer->error);
}

/* --- what the kernel shows -------------------------------------------------------- */

static const char *path_of(const char *path)
{
    static char whole[PATH_MAX];

    snprintf(whole, sizeof whole, "%s/area%s%s", base, *path ? "/" : "", path);
    return whole;
}

bool seen_cgroup(const char *path)
{
    return access(path_of(path), F_OK) == 0;
}

void expect_cgroup(const char *path, bool there)
{
    if (seen_cgroup(path) != there)
        judge_fail("the cgroup \"%s\" must %s; it is %s", path,
                   there ? "be there" : "not be there", there ? "not" : "there");
}

const char *seen_file(const char *path)
{
    static char text[4096];
    int from = open(path_of(path), O_RDONLY | O_CLOEXEC);
    ssize_t length = from == -1 ? -1 : read(from, text, sizeof text - 1);

    if (from != -1)
        close(from);
    text[length > 0 ? length : 0] = '\0';
    if (length > 0 && text[length - 1] == '\n')
        text[length - 1] = '\0';
    return text;
}

static int processes; /* nftw(3) passes nothing on */

static int count_one(const char *path, const struct stat *status, int type,
                     struct FTW *where)
{
    char line[64];

    (void)status, (void)where;
    FILE *file = type == FTW_F && strcmp(strrchr(path, '/'), "/cgroup.procs") == 0
                     ? fopen(path, "re")
                     : NULL;
    while (file && fgets(line, sizeof line, file))
        processes++;
    if (file)
        fclose(file);
    return 0;
}

int seen_processes(const char *path)
{
    processes = 0;
    if (!seen_cgroup(path) || nftw(path_of(path), count_one, 8, FTW_PHYS) == -1)
        return -1;
    return processes;
}

void expect_descriptor(struct player *player, const char *what, long long fd,
                       const char *path)
{
    char name[64];
    struct stat expected, shown;
    unsigned flags = 0;

    snprintf(name, sizeof name, "/proc/%d/fd/%lld", player_pid(player), fd);
    if (stat(path_of(path), &expected) == -1)
        judge_fail("the cgroup \"%s\" must be there; it is not", path);
    if (stat(name, &shown) == -1)
        judge_fail("%s must be an open descriptor; it is %lld", what, fd);
    if (shown.st_dev != expected.st_dev || shown.st_ino != expected.st_ino)
        judge_fail("%s must be of the directory \"%s\"; descriptor %lld is of %s", what,
                   *path ? path : "area", fd, name);
    snprintf(name, sizeof name, "fdinfo/%lld", fd);
    const char *line = strstr(process_file(player_pid(player), name), "flags:");
    if (!line || sscanf(line, "flags: %o", &flags) != 1 || !(flags & O_CLOEXEC))
        judge_fail("%s must be close-on-exec (O_CLOEXEC); it is not", what);
}

void seen_write(const char *path, const char *text)
{
    char whole[PATH_MAX];

    snprintf(whole, sizeof whole, "%s", path_of(path));
    char *file = strrchr(whole, '/');
    *file = '\0';
    if (put(whole, file + 1, text) == -1)
        judge_cannot_run("write to %s: %s", path, strerror(errno));
}

void seen_make_roots(const char *path)
{
    char whole[PATH_MAX + 16];

    snprintf(whole, sizeof whole, "%s/roots", path_of(path));
    if (mkdir(whole, 0755) == -1 || mkdir(strcat(whole, "/in"), 0755) == -1)
        judge_cannot_run("%s: %s", whole, strerror(errno));
}
