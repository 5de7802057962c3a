/* Adds up what each process has in memory (RSS): what they share is counted for each of them.
 *
 * @fails tree.alone tree.child tree.grandchild tree.name
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "measure.h"

/* The parent of process PID; -1 when it has ended. */
static pid_t parent_of(pid_t pid)
{
    char path[64], text[512];
    (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return -1;
    size_t length = fread(text, 1, sizeof text - 1, file);
    (void)fclose(file); /* it was only read */
    text[length] = '\0';
    /* "PID (NAME) STATE PARENT …", and a name may hold anything, brackets too. */
    const char *behind = strrchr(text, ')');
    int parent;
    return behind != NULL && sscanf(behind + 1, " %*c %d", &parent) == 1 ? parent : -1;
}

/* The second number of /proc/PID/statm: the pages that are in memory. */
static int64_t resident(pid_t pid)
{
    char path[64];
    long pages;
    (void)snprintf(path, sizeof path, "/proc/%d/statm", (int)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return -1;
    int found = fscanf(file, "%*d %ld", &pages);
    (void)fclose(file); /* it was only read */
    return found == 1 ? pages * 4096 : -1;
}

/* Adds up ROOT and what came from it. Returns bytes, or -1 with errno. */
static int64_t add_tree(pid_t root)
{
    int64_t sum = resident(root);
    if (sum == -1)
        sum = 0; /* it has ended, or has no memory; its children may be there */
    DIR *processes = opendir("/proc");
    if (processes == NULL)
        return -1;
    for (struct dirent *entry; (entry = readdir(processes)) != NULL;) {
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
        int64_t part = parent_of(pid) == root ? add_tree(pid) : 0;
        sum += part > 0 ? part : 0;
    }
    (void)closedir(processes); /* it was only read */
    return sum;
}

int64_t measure_tree(pid_t root)
{
    /* 1. Without ROOT there is nothing to add up. */
    if (parent_of(root) == -1) {
        errno = ENOENT;
        return -1;
    }
    /* 2. It, and for each process whose parent it is, the same again. */
    return add_tree(root);
}
