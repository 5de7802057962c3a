/* process.c - what /proc shows of a process; see grader.h and proc(5). */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "grader.h"
#include "judge_inside.h"
#include "text.h"

const char *process_link(pid_t pid, const char *name)
{
    static char target[PATH_MAX];
    char path[128];
    (void)snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
    ssize_t length = readlink(path, target, sizeof target - 1);
    target[length > 0 ? length : 0] = '\0';
    return target;
}

const char *process_file(pid_t pid, const char *name)
{
    static struct bytes content;
    char path[128], buffer[4096];
    content.length = 0;
    bytes_add(&content, "", 0);
    (void)snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file == -1)
        return content.at;
    ssize_t got;
    while ((got = read(file, buffer, sizeof buffer)) > 0 && content.length < 1 << 20)
        bytes_add(&content, buffer, (size_t)got);
    (void)close(file); /* only read */
    return content.at;
}

const char *process_status(pid_t pid, const char *key)
{
    static char value[256];
    const char *line = process_file(pid, "status");
    size_t length = strlen(key);
    value[0] = '\0';
    while (strncmp(line, key, length) != 0 || line[length] != ':') {
        line = strchr(line, '\n');
        if (!line)
            return value;
        line++;
    }
    line += length + 1;
    while (*line == ' ' || *line == '\t')
        line++;
    size_t size = strcspn(line, "\n");
    while (size > 0 && isspace((unsigned char)line[size - 1]))
        size--;
    (void)snprintf(value, sizeof value, "%.*s", (int)size, line);
    return value;
}

int process_descriptors(pid_t pid)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%d/fd", pid);
    DIR *directory = opendir(path);
    if (!directory)
        return -1;
    int count = 0;
    struct dirent *entry;
    while ((entry = readdir(directory)))
        if (isdigit((unsigned char)entry->d_name[0]) && atoi(entry->d_name) > 2)
            count++;
    (void)closedir(directory); /* only read */
    return count;
}

bool process_link_is(pid_t pid, const char *name, const char *path)
{
    char link[128];
    struct stat shown, expected;
    (void)snprintf(link, sizeof link, "/proc/%d/%s", pid, name);
    return stat(link, &shown) == 0 && stat(path, &expected) == 0 &&
           shown.st_dev == expected.st_dev && shown.st_ino == expected.st_ino;
}

const char *judge_rootfs(void)
{
    static char path[PATH_MAX];
    (void)snprintf(path, sizeof path, "%s/build/rootfs", judge.top);
    if (access(path, X_OK) == -1)
        judge_cannot_run("%s: %s: make build/rootfs/.made builds it", path,
                         strerror(errno));
    return path;
}
