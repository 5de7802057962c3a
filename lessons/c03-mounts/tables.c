/* tables.c - processes that stand still, each in a mount table of its own.
 *
 * A mount namespace lives as long as a process is in it. So each table has a holder,
 * which does nothing; every word of the lesson joins it with setns(2) in a fresh child,
 * makes one call of the module there, and ends. The holder is process 1 of a pid
 * namespace too, because the kernel mounts a /proc of processes that it may see: see the
 * page.
 *
 * Read on: setns(2), pidfd_open(2), mount_namespaces(7), and PR_SET_PDEATHSIG in
 * prctl(2).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../c02-chroot/roots.h"
#include "rootless.h"
#include "tables.h"

enum { MOST = 16 };

/* The mount namespace is what this lesson is about. The kernel lets only the owner of a
 * pid namespace mount proc, of a network namespace sysfs, of an ipc namespace mqueue. */
enum { NAMESPACES = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWNET };

struct tables {
    struct table all[MOST];
    const char *names[MOST + 1];
    int count;
};

/* --- the process that holds a table ------------------------------------------------- */

/* Stands still until it is killed, or its parent is. */
static _Noreturn void hold(int ready)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)signal(SIGCHLD, SIG_IGN); /* whom nobody waits for is gone at once */
    (void)!write(ready, "", 1);
    close(ready);
    for (;;)
        pause();
}

/* Makes the namespaces and the holder, says its number, and lives as long as it does. */
static _Noreturn void keep(int report)
{
    int ready[2], null = open("/dev/null", O_RDWR | O_CLOEXEC);
    struct {
        int error;
        pid_t holder;
    } news = {0};
    char byte;

    /* Not in the terminal's group (Ctrl-C is not for us), nor in the way of its output.
     */
    for (int fd = 0; fd < 3; fd++)
        (void)dup2(null, fd);
    (void)setsid();
    if ((rootless_needed() && rootless_enter() == -1) || unshare(NAMESPACES) == -1 ||
        /* Whatever the learner's mounts_private does: nothing goes out from here. */
        mount(NULL, "/", NULL, MS_SLAVE | MS_REC, NULL) == -1 || chdir("/") == -1 ||
        pipe2(ready, O_CLOEXEC) == -1) {
        news.error = errno;
    } else {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        news.holder = fork();
        if (news.holder == 0)
            hold(ready[1]);
        news.error = news.holder == -1 ? errno : 0;
        close(ready[1]);
        (void)!read(ready[0], &byte, 1);
    }
    (void)!write(report, &news, sizeof news);
    close(report);
    while (news.error == 0 && waitpid(news.holder, NULL, 0) == -1 && errno == EINTR)
        ;
    _exit(0);
}

static void end_process(struct table *table)
{
    /* Fails when it is gone already. */
    (void)syscall(SYS_pidfd_send_signal, table->pidfd, SIGKILL, NULL, 0);
    close(table->pidfd);
    while (waitpid(table->keeper, NULL, 0) == -1 && errno == EINTR)
        ;
}

static void end_all(void *state)
{
    struct tables *tables = state;

    for (int i = 0; i < tables->count; i++)
        end_process(&tables->all[i]);
}

static struct tables *tables_of(struct tutor *tutor)
{
    struct tables *tables = tutor_state(tutor, "c03 tables", sizeof *tables, end_all);

    if (!tables) {
        perror("the tables of this session");
        exit(1);
    }
    return tables;
}

static struct table *search(struct tables *tables, const char *name)
{
    for (int i = 0; i < tables->count; i++) {
        if (strcmp(tables->all[i].name, name) == 0)
            return &tables->all[i];
    }
    return NULL;
}

int tables_start(struct tutor *tutor, const char *name)
{
    const char *path = roots_path(tutor, name); /* first: its state shall outlive ours */
    struct tables *tables = tables_of(tutor);
    struct table *table = &tables->all[tables->count];
    int report[2];
    struct {
        int error;
        pid_t holder;
    } news = {.error = EIO};

    if (!path)
        return 1;
    if (search(tables, name))
        return tutor_error(tutor, "%s: has a table already; end it with: drop %s", name,
                           name);
    if (tables->count == MOST || strlen(name) >= sizeof table->name)
        return tutor_error(tutor, "%s: too many tables, or too long a name", name);
    if (!realpath(path, table->path))
        return tutor_error(tutor, "%s: %s", path, strerror(errno));
    if (pipe2(report, O_CLOEXEC) == -1)
        return tutor_error(tutor, "pipe: %s", strerror(errno));
    roots_say_rootless(tutor);
    fflush(stdout); /* or both would write what is buffered now */
    table->keeper = fork();
    if (table->keeper == 0)
        keep(report[1]);
    close(report[1]);
    if (table->keeper != -1)
        (void)!read(report[0], &news, sizeof news);
    close(report[0]);
    table->pidfd = news.error ? -1 : (int)syscall(SYS_pidfd_open, news.holder, 0);
    if (table->pidfd == -1 && !news.error)
        news.error = errno;
    if (news.error) {
        if (table->keeper != -1)
            (void)waitpid(table->keeper, NULL, 0);
        return tutor_error(tutor,
                           "a mount namespace: %s: become root, or use the lab "
                           "machine",
                           strerror(news.error));
    }
    table->holder = news.holder;
    table->pivoted = false;
    strcpy(table->name, name);
    tables->count++;
    return 0;
}

struct table *tables_find(struct tutor *tutor, const char *name)
{
    struct table *table = search(tables_of(tutor), name);

    if (!table)
        (void)tutor_error(tutor, "%s: has no table of its own yet: table %s makes one",
                          name, name);
    return table;
}

void tables_end(struct tutor *tutor, struct table *table)
{
    struct tables *tables = tables_of(tutor);

    end_process(table);
    *table = tables->all[--tables->count];
}

const char *const *tables_names(struct tutor *tutor)
{
    struct tables *tables = tables_of(tutor);

    for (int i = 0; i < tables->count; i++)
        tables->names[i] = tables->all[i].name;
    tables->names[tables->count] = NULL;
    return tables->names;
}

/* --- joining it --------------------------------------------------------------------- */

/* Waits for CHILD. Returns its status, or, after having said so, 128 + the signal that ended
 * it. */
static int status_of(struct tutor *tutor, pid_t child)
{
    int status;

    while (waitpid(child, &status, 0) == -1) {
        if (errno != EINTR)
            return 1;
    }
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    (void)tutor_error(tutor, "ended by signal %d (%s)", WTERMSIG(status),
                      strsignal(WTERMSIG(status)));
    return 128 + WTERMSIG(status);
}

int tables_inside(struct tutor *tutor, struct table *table,
                  int (*act)(struct tutor *tutor, struct table *table, void *context),
                  void *context)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == -1)
        return tutor_error(tutor, "fork: %s", strerror(errno));
    if (child > 0)
        return status_of(tutor, child);

    if (setns(table->pidfd, NAMESPACES | (rootless_needed() ? CLONE_NEWUSER : 0)) == -1)
        _exit(tutor_error(tutor, "setns: %s", strerror(errno)));
    /* The pid namespace is that of the children to come, so it takes one more. */
    child = fork();
    if (child == -1)
        _exit(tutor_error(tutor, "fork: %s", strerror(errno)));
    if (child > 0)
        _exit(status_of(tutor, child));
    int status = act(tutor, table, context);
    fflush(stdout);
    _exit(status);
}

int tables_root(const struct table *table)
{
    return open(table->pivoted ? "/" : table->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* --- looking at it ------------------------------------------------------------------ */

/* What /proc/PID/mountinfo says in one line; proc(5) numbers its fields. */
struct row {
    char device[32], point[PATH_MAX], options[256], propagation[128], type[64];
};

static bool read_row(FILE *file, struct row *row)
{
    char *line = NULL, *rest;
    size_t size = 0;
    bool good = getline(&line, &size, file) != -1 && (rest = strstr(line, " - ")) != NULL;

    *row = (struct row){0};
    if (good) {
        *rest = '\0';
        good = sscanf(line, "%*d %*d %31s %*s %4095s %255s %127[^\n]", row->device,
                      row->point, row->options, row->propagation) >= 3 &&
               sscanf(rest + 3, "%63s", row->type) == 1;
    }
    free(line);
    return good;
}

static FILE *open_table(pid_t pid)
{
    char path[64];

    snprintf(path, sizeof path, "/proc/%d/mountinfo", (int)pid);
    return fopen(path, "re");
}

/* How many rows the table of process PID has. */
static int count_rows(pid_t pid)
{
    FILE *file = open_table(pid);
    struct row row;
    int count = 0;

    while (file && read_row(file, &row))
        count++;
    if (file)
        fclose(file);
    return count;
}

/* The part of POINT inside the root, or NULL when it is a place of the host. */
static const char *inside_of(const struct table *table, const char *point)
{
    size_t length = strlen(table->path);

    if (table->pivoted)
        return point;
    if (strncmp(point, table->path, length) != 0 ||
        (point[length] != '/' && point[length] != '\0'))
        return NULL;
    return point[length] ? point + length : "/";
}

int tables_show(struct tutor *tutor, const struct table *table, bool all)
{
    FILE *file = open_table(table->holder);
    struct row row;
    int host = 0, linked = 0;

    if (!file)
        return tutor_error(tutor, "/proc/PID/mountinfo: %s", strerror(errno));
    printf("%s has %d mounts, the host has %d\n", table->name, count_rows(table->holder),
           count_rows(getpid()));
    while (read_row(file, &row)) {
        const char *inside = inside_of(table, row.point);
        linked +=
            strstr(row.propagation, "shared:") || strstr(row.propagation, "master:");
        host += !inside;
        if (inside || all)
            printf("  %-28s %-8s %s\n", inside ? inside : row.point, row.type,
                   row.options);
    }
    fclose(file);
    if (!table->pivoted)
        printf("  %d of the host%s\n", host, all ? ", shown by their paths there" : "");
    printf("  %d linked to mounts of the host (propagation)\n", linked);
    return 0;
}

/* Whether the host has this mount, too: the same file system at the same place. */
static bool host_has(const struct row *wanted)
{
    FILE *file = open_table(getpid());
    struct row row;
    bool found = false;

    while (!found && file && read_row(file, &row))
        found = strcmp(row.device, wanted->device) == 0 &&
                strcmp(row.point, wanted->point) == 0;
    if (file)
        fclose(file);
    return found;
}

int tables_show_process(struct tutor *tutor, const char *name, pid_t pid, bool all)
{
    FILE *file = open_table(pid);
    struct row row;
    int host = 0, linked = 0;

    if (!file)
        return tutor_error(tutor, "/proc/%d/mountinfo: %s", (int)pid, strerror(errno));
    printf("%s has %d mounts, the host has %d\n", name, count_rows(pid),
           count_rows(getpid()));
    while (read_row(file, &row)) {
        bool same = host_has(&row);
        linked +=
            strstr(row.propagation, "shared:") || strstr(row.propagation, "master:");
        host += same;
        if (!same || all)
            printf("  %-28s %-8s %s\n", row.point, row.type, row.options);
    }
    fclose(file);
    printf("  %d as the host has them\n", host);
    printf("  %d linked to mounts of the host (propagation)\n", linked);
    return 0;
}
