/* sandbox_ids.c - which users a sandbox runs as; see sandbox_ids.h.
 *
 * Read on: user_namespaces(7), subuid(5), newuidmap(1), capabilities(7).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <pwd.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "sandbox_ids.h"

enum { IDS = 65536 };

/* Debian's users end at 60,000, subuid(5) begins at 100,000, systemd-nspawn ends below 2^31. */
static const uid_t UNUSED_IDS = 0x90000000u;

static int explain(char *why, const char *what, int error)
{
    (void)snprintf(why, SANDBOX_WHY, "%s: %s", what,
                   strerror(error)); /* cut short: fine */
    return -1;
}

static bool have_capabilities(void)
{
    unsigned long long effective = 0;
    FILE *status = fopen("/proc/self/status", "re");
    if (!status)
        return false;
    char line[256];
    while (fgets(line, sizeof line, status))
        if (sscanf(line, "CapEff: %llx", &effective) == 1)
            break;
    (void)fclose(status); /* only read */
    const unsigned long long needed =
        1ull << CAP_SYS_ADMIN | 1ull << CAP_SETUID | 1ull << CAP_SETGID;
    return (effective & needed) == needed;
}

/* The part of our own namespace's map (uid_map or gid_map) that a sandbox may have. */
static struct sandbox_ids ids_of_map(const char *path)
{
    struct sandbox_ids ids = {.privileged = true, .first = 0, .count = 1};
    FILE *map = fopen(path, "re");
    if (!map)
        return ids;
    unsigned inside, outside, count;
    while (fscanf(map, "%u %u %u", &inside, &outside, &count) == 3) {
        if (inside <= UNUSED_IDS && count >= UNUSED_IDS - inside + IDS) {
            ids.first = UNUSED_IDS;
            ids.count = IDS;
            break;
        }
        /* We are root of a container. Its own root is spared from the sandbox here, too. */
        if (inside == 0 && count > 1) {
            ids.first = 1;
            ids.count = count - 1 < IDS ? count - 1 : IDS;
        }
    }
    (void)fclose(map); /* only read */
    return ids;
}

int sandbox_choose_ids(bool many, struct sandbox_ids *ids, char *why)
{
    if (geteuid() == 0 && have_capabilities()) {
        struct sandbox_ids groups = ids_of_map("/proc/self/gid_map");
        *ids = ids_of_map("/proc/self/uid_map");
        if (groups.first != ids->first || groups.count < ids->count)
            *ids = (struct sandbox_ids){.privileged = true, .first = 0, .count = 1};
        if (many && ids->count == 1) {
            (void)snprintf(
                why, SANDBOX_WHY,
                "this user namespace has only one id, and the check needs many");
            return -1;
        }
        return 0;
    }
    *ids = (struct sandbox_ids){.first = geteuid(), .count = 1};
    if (!many)
        return 0;
    if (access("/usr/bin/newuidmap", X_OK) == -1 ||
        access("/usr/bin/newgidmap", X_OK) == -1) {
        (void)snprintf(
            why, SANDBOX_WHY,
            "the check changes users, which takes root, or newuidmap of the "
            "package uidmap and a line for you in /etc/subuid and /etc/subgid");
        return -1;
    }
    ids->count = IDS;
    return 0;
}

static int write_file(pid_t pid, const char *name, const char *text)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file == -1)
        return -1;
    ssize_t written = write(file, text, strlen(text));
    int saved = errno;
    if (close(file) == -1)
        return -1;
    errno = saved;
    return written == (ssize_t)strlen(text) ? 0 : -1;
}

/* The first range of /etc/subuid or /etc/subgid that is ours. */
static int subordinate(const char *path, unsigned *first, unsigned *count)
{
    struct passwd *me = getpwuid(getuid());
    char number[16];
    (void)snprintf(number, sizeof number, "%u", getuid());
    FILE *file = fopen(path, "re");
    if (!file)
        return -1;
    char owner[64];
    int result = -1;
    while (result == -1 && fscanf(file, " %63[^:]:%u:%u", owner, first, count) == 3)
        if (strcmp(owner, number) == 0 || (me && strcmp(owner, me->pw_name) == 0))
            result = 0;
    (void)fclose(file); /* only read */
    errno = ENOENT;
    return result;
}

/* newuidmap(1) is setuid root, and writes what /etc/subuid allows us. */
static int ask_helper(const char *helper, const char *ranges, pid_t pid, unsigned self,
                      unsigned many, char *why)
{
    unsigned first, count;
    if (subordinate(ranges, &first, &count) == -1)
        return explain(why, ranges, errno);
    char text[4][16];
    (void)snprintf(text[0], sizeof text[0], "%d", pid);
    (void)snprintf(text[1], sizeof text[1], "%u", self);
    (void)snprintf(text[2], sizeof text[2], "%u", first);
    (void)snprintf(text[3], sizeof text[3], "%u", count < many - 1 ? count : many - 1);
    char *const argv[] = {(char *)helper, text[0], "0", text[1], "1", "1",
                          text[2],        text[3], NULL};
    pid_t child;
    int error = posix_spawn(&child, helper, NULL, NULL, argv, environ);
    if (error != 0)
        return explain(why, helper, error);
    int status;
    while (waitpid(child, &status, 0) == -1)
        if (errno != EINTR)
            return explain(why, helper, errno);
    return status == 0 ? 0 : explain(why, helper, EPERM);
}

int sandbox_write_maps(pid_t pid, const struct sandbox_ids *ids, char *why)
{
    if (!ids->privileged && ids->count > 1) {
        if (ask_helper("/usr/bin/newuidmap", "/etc/subuid", pid, getuid(), ids->count,
                       why) == -1)
            return -1;
        return ask_helper("/usr/bin/newgidmap", "/etc/subgid", pid, getgid(), ids->count,
                          why);
    }
    char uids[64], gids[64];
    (void)snprintf(uids, sizeof uids, "0 %u %u\n", ids->first, ids->count);
    (void)snprintf(gids, sizeof gids, "0 %u %u\n",
                   ids->privileged ? ids->first : getegid(), ids->count);
    /* Without root a group may only be mapped by who cannot leave groups (CVE-2014-8989). */
    if (!ids->privileged && write_file(pid, "setgroups", "deny") == -1)
        return explain(why, "write setgroups of the sandbox", errno);
    if (write_file(pid, "uid_map", uids) == -1)
        return explain(why, "write the uid map of the sandbox", errno);
    if (write_file(pid, "gid_map", gids) == -1)
        return explain(why, "write the gid map of the sandbox", errno);
    return 0;
}
