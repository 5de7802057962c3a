/* cgroups.c - is cgroup v2 here, has it controllers to give, and may we make a group?
 *
 * A kernel gives each controller to one hierarchy. Where memory and pids are mounted as
 * cgroup v1, a v2 mount beside them is empty-handed, and the kit teaches v2 only.
 *
 * Read on: cgroups(7); the kernel's Documentation/admin-guide/cgroup-v2.rst.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>
#include "probes.h"

/* The first line of a file, without its newline. Returns false with errno. */
static bool first_line(const char *path, char *line, int size)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    if (fgets(line, size, file) == NULL)
        line[0] = '\0';
    line[strcspn(line, "\n")] = '\0';
    (void)fclose(file); /* it was only read */
    return true;
}

/* The path of our own group below the v2 mount: "0::/user.slice/…". */
static bool own_group(char *path, size_t size)
{
    char line[256];
    FILE *file = fopen("/proc/self/cgroup", "re");
    if (file == NULL)
        return false;
    bool found = false;
    while (!found && fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        found = strncmp(line, "0::", 3) == 0;
    }
    (void)fclose(file); /* it was only read */
    if (found)
        (void)snprintf(path, size, "/sys/fs/cgroup%s",
                       strcmp(line + 3, "/") ? line + 3 : "");
    return found;
}

/* Is the word one of those in LIST, which blanks separate? */
static bool has_word(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = list; (at = strstr(at, word)) != NULL; at += length)
        if ((at == list || at[-1] == ' ') && (at[length] == '\0' || at[length] == ' '))
            return true;
    return false;
}

bool probe_cgroup2(struct host_answer *answer)
{
    static const char *const wanted[] = {"cpu", "io", "memory", "pids"};
    struct statfs fs;
    char controllers[256], group[300], probe[340];
    if (statfs("/sys/fs/cgroup", &fs) == -1)
        return host_says(answer, false, "/sys/fs/cgroup: %s", strerror(errno));
    if (fs.f_type != CGROUP2_SUPER_MAGIC) {
        bool v1 = access("/sys/fs/cgroup/memory", F_OK) == 0;
        return host_says(answer, false,
                         v1 ? "the controllers are mounted as v1"
                            : "v2 is not mounted at /sys/fs/cgroup");
    }
    if (!own_group(group, sizeof group))
        return host_says(answer, false, "/proc/self/cgroup names no v2 group");
    if (!first_line("/sys/fs/cgroup/cgroup.controllers", controllers, sizeof controllers))
        return host_says(answer, false, "cgroup.controllers: %s", strerror(errno));
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (!has_word(controllers, wanted[i]))
            return host_says(answer, false, "no %s controller in v2 (it has: %s)",
                             wanted[i], controllers[0] ? controllers : "none");
    /* Root makes groups at the top; others only where systemd has given them a group. */
    (void)snprintf(probe, sizeof probe, "%s/boxwork-doctor-%d",
                   geteuid() == 0 ? "/sys/fs/cgroup" : group, (int)getpid());
    if (mkdir(probe, 0755) == -1)
        return host_says(answer, false, "%s, but we may not make a group: %s",
                         controllers, strerror(errno));
    if (rmdir(probe) == -1)
        return host_says(answer, false, "rmdir %s: %s", probe, strerror(errno));
    return host_says(answer, true, "%s", controllers);
}
