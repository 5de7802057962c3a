/* both.c - who is who, from both sides: numbers here, and numbers inside a box.
 *
 * The kernel keeps one number for a user, that of the outermost namespace. What a process is
 * shown is translated by the map of *its* user namespace: so a child goes into the one of the
 * box, looks at the same process and the same files, and sees other numbers.
 *
 * Read on: user_namespaces(7), "User and group ID mappings: uid_map and gid_map".
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../c04-namespaces/start.h"
#include "both.h"
#include "cleanup.h"
#include "namespaces.h"
#include "ranges.h"

enum { NOBODY = 65534, TEXT = 512 };

/* What is seen: who a process is, or whose a file. */
struct sight {
    int error; /* of the call that failed, 0: none */
    unsigned user, group;
    char groups[TEXT];
};

/* --- one side --------------------------------------------------------------------- */

/* Without the blanks around them. GROUPS has room for a line. */
static void copy_groups(const char *line, char *groups)
{
    strcpy(groups, line + strspn(line, " \t"));
    for (size_t n = strlen(groups); n > 0 && strchr(" \n", groups[n - 1]); n--)
        groups[n - 1] = '\0';
}

/* "Uid:\t1000\t1000…" in /proc/PID/status. */
static struct sight see_process(int pid, const char *unused)
{
    struct sight sight = {0};
    char path[64], line[TEXT];

    (void)unused;
    (void)snprintf(path, sizeof path, "/proc/%d/status", pid);
    FILE *status = fopen(path, "re");
    if (!status)
        return (struct sight){.error = errno};
    while (fgets(line, sizeof line, status)) {
        (void)sscanf(line, "Uid: %*u %u",
                     &sight.user); /* the effective one; else no match */
        (void)sscanf(line, "Gid: %*u %u", &sight.group);
        if (strncmp(line, "Groups:", 7) == 0)
            copy_groups(line + 7, sight.groups);
    }
    (void)fclose(status); /* only read */
    return sight;
}

static struct sight see_file(int pid, const char *path)
{
    struct stat status;

    (void)pid;
    if (stat(path, &status) == -1)
        return (struct sight){.error = errno};
    return (struct sight){.user = status.st_uid, .group = status.st_gid};
}

/* --- the other -------------------------------------------------------------------- */

typedef struct sight see_function(int pid, const char *path);

/* In a child: from the user namespace of PID, and from nowhere else. */
static struct sight see_inside(int pid, see_function *see, const char *path)
{
    CLEANUP_CLOSE int pidfd = pidfd_open(pid, 0);
    int same = namespaces_same(0, pid, "user");

    if (pidfd == -1 || same == -1 ||
        (same == 0 && namespaces_join(pidfd, CLONE_NEWUSER) == -1))
        return (struct sight){.error = errno};
    return see(pid, path);
}

static struct sight from_inside(int pid, see_function *see, const char *path)
{
    struct sight sight = {.error = EPIPE};
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) == -1)
        return (struct sight){.error = errno};
    pid_t child = fork();
    if (child == 0) {
        sight = see_inside(pid, see, path);
        _exit(write(ends[1], &sight, sizeof sight) == sizeof sight ? 0 : 1);
    }
    close(ends[1]);
    if (child == -1 ||
        TEMP_FAILURE_RETRY(read(ends[0], &sight, sizeof sight)) != sizeof sight)
        sight.error = EPIPE;
    close(ends[0]);
    if (child != -1)
        (void)TEMP_FAILURE_RETRY(waitpid(child, NULL, 0)); /* it has said what it saw */
    return sight;
}

/* --- printing --------------------------------------------------------------------- */

static const char *user_name(unsigned user)
{
    struct passwd *entry = getpwuid(user);

    return entry ? entry->pw_name : "";
}

static const char *group_name(unsigned group)
{
    struct group *entry = getgrgid(group);

    return entry ? entry->gr_name : "";
}

/* Prints a map of PID as a line a range. */
static int print_map(struct tutor *tutor, int pid, const char *file, const char *what,
                     const char *(*name)(unsigned))
{
    char path[64];
    unsigned inside, here, count;
    bool any = false;

    (void)snprintf(path, sizeof path, "/proc/%d/%s", pid, file);
    FILE *map = fopen(path, "re");
    if (!map)
        return tutor_error(tutor, "%s: %s", path, strerror(errno));
    for (; fscanf(map, "%u %u %u", &inside, &here, &count) == 3; any = true) {
        printf("%-10s", any ? "" : what);
        ranges_print(inside, count, 24);
        ranges_print(here, count, 0);
        printf("%s%s\n", count == 1 ? " " : "", count == 1 ? name(here) : "");
    }
    (void)fclose(map); /* only read */
    if (!any)
        printf("%-10s%s\n", what, "none is mapped: all are 65534, nobody");
    return 0;
}

/* Prints the word in /proc/PID/setgroups. */
static void print_setgroups(int pid)
{
    char path[64], word[16] = "?";

    (void)snprintf(path, sizeof path, "/proc/%d/setgroups", pid);
    FILE *file = fopen(path, "re");
    if (file && fscanf(file, "%15s", word) != 1)
        strcpy(word, "?");
    if (file)
        (void)fclose(file); /* only read */
    printf("%-10s%s\n", "setgroups", word);
}

/* "0:0", or why it is not known. */
static const char *who(const struct sight *sight, char *text, size_t size)
{
    if (sight->error)
        return strerror(sight->error);
    (void)snprintf(text, size, "%u:%u%s", sight->user, sight->group,
                   sight->user == NOBODY ? " nobody" : "");
    return text;
}

int both_maps(struct tutor *tutor, const char *name, int pid)
{
    char inside_text[64], here_text[64];

    pid = start_inside(pid);
    printf("%-10s%-24s%s\n", name, "inside", "here");
    if (print_map(tutor, pid, "uid_map", "users", user_name) != 0 ||
        print_map(tutor, pid, "gid_map", "groups", group_name) != 0)
        return 1;
    print_setgroups(pid);
    struct sight inside = from_inside(pid, see_process, NULL);
    struct sight here = see_process(pid, NULL);
    printf("%-10s%-24s%s\n", "it is", who(&inside, inside_text, sizeof inside_text),
           who(&here, here_text, sizeof here_text));
    /* Most users have their own group among these, too: that says nothing. */
    (void)snprintf(here_text, sizeof here_text, "%u", here.group);
    if (*here.groups && strcmp(here.groups, here_text) != 0)
        printf("%-10s%-24s%s\n", "also in", inside.groups, here.groups);
    return 0;
}

int both_files(struct tutor *tutor, const char *name, int pid, char *const *files)
{
    char inside_text[64], here_text[64];
    int status = 0;

    pid = start_inside(pid);
    printf("%-24s%-24s%s\n", name, "inside", "here");
    for (char *const *file = files; *file; file++) {
        struct sight here = see_file(pid, *file);
        struct sight inside = from_inside(pid, see_file, *file);
        if (here.error) {
            status = tutor_error(tutor, "%s: %s", *file, strerror(here.error));
            continue;
        }
        printf("%-24s%-24s%s %s\n", *file, who(&inside, inside_text, sizeof inside_text),
               who(&here, here_text, sizeof here_text), user_name(here.user));
    }
    return status;
}
