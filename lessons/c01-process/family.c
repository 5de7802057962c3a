/* family.c - what /proc shows of processes: their children, their state, their descriptors.
 *
 * /proc/PID/task/TID/children lists the children of one thread, /proc/PID/stat has the state as
 * a letter, /proc/PID/cmdline the arguments with a zero byte behind each, /proc/PID/fd a link
 * for each open descriptor. A process can end between two looks; then it is left out.
 *
 * Read on: proc(5).
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "boxes.h"
#include "family.h"

/* Generations of processes: nobody reads more, and a fork bomb is not followed for ever. */
enum { DEEPEST = 12 };

/* Reads /proc/PID/NAME; the zero bytes in it become blanks. Returns the length. */
static size_t read_proc(pid_t pid, const char *name, char *text, size_t size)
{
    char path[64];

    text[0] = '\0';
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd == -1)
        return 0;
    ssize_t got = read(fd, text, size - 1);
    close(fd);
    size_t length = got > 0 ? (size_t)got : 0;
    for (size_t i = 0; i < length; i++)
        text[i] = iscntrl((unsigned char)text[i]) ? ' ' : text[i];
    while (length > 0 && text[length - 1] == ' ')
        length--;
    text[length] = '\0';
    return length;
}

const char *family_state(pid_t pid)
{
    static const char *const words[] = {
        ['R'] = "running", ['S'] = "sleeping", ['D'] = "waiting", ['T'] = "stopped",
        ['t'] = "traced",  ['Z'] = "zombie",   ['X'] = "gone",    ['I'] = "idle",
    };
    char text[512], *after;

    /* The name before it may hold blanks and brackets, so the last bracket counts. */
    if (!read_proc(pid, "stat", text, sizeof text) || !(after = strrchr(text, ')')) ||
        strlen(after) < 3)
        return "gone";
    unsigned char letter = (unsigned char)after[2];
    return letter < sizeof words / sizeof *words && words[letter] ? words[letter] : "?";
}

static void print_process(const char *name, pid_t pid, int depth)
{
    char text[64];

    /* A zombie has no arguments any more; its name in brackets, as ps(1) shows it. */
    if (!read_proc(pid, "cmdline", text, sizeof text)) {
        size_t length = read_proc(pid, "comm", text + 1, sizeof text - 2);
        text[0] = '[';
        strcpy(text + 1 + length, "]");
    }
    printf("%*s%-*s %7d  %-9s %s\n", 2 * depth, "", 2 * depth < 16 ? 16 - 2 * depth : 0,
           name, (int)pid, family_state(pid), text);
}

static int is_number(const struct dirent *entry)
{
    return isdigit((unsigned char)*entry->d_name);
}

static int by_number(const struct dirent **one, const struct dirent **other)
{
    return atoi((*one)->d_name) - atoi((*other)->d_name);
}

static void print_below(struct tutor *tutor, pid_t pid, int depth)
{
    char path[64], text[4096];
    struct dirent **threads = NULL;

    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    int count = depth < DEEPEST ? scandir(path, &threads, is_number, by_number) : 0;
    for (int i = 0; i < count; i++) {
        char *at = text, *end;

        snprintf(path, sizeof path, "task/%.10s/children", threads[i]->d_name);
        (void)read_proc(pid, path, text, sizeof text); /* none: there are no children */
        for (long child; (child = strtol(at, &end, 10)) > 0; at = end) {
            struct box *box = boxes_of_pid(tutor, (pid_t)child);
            print_process(box ? box->name : "-", (pid_t)child, depth);
            print_below(tutor, (pid_t)child, depth + 1);
        }
        free(threads[i]);
    }
    free(threads);
}

void family_tree(struct tutor *tutor)
{
    print_process("session", getpid(), 0);
    print_below(tutor, getpid(), 1);
}

int family_descriptors(struct tutor *tutor, pid_t pid)
{
    char path[64], target[PATH_MAX];
    struct dirent **links = NULL;

    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    int count = scandir(path, &links, is_number, by_number);
    if (count == -1)
        return tutor_error(tutor, "%s: %s", path, strerror(errno));
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "/proc/%d/fd/%.10s", (int)pid, links[i]->d_name);
        ssize_t length = readlink(path, target, sizeof target - 1);
        if (length > 0) { /* scandir's own is gone by now */
            target[length] = '\0';
            printf("%4s -> %s\n", links[i]->d_name, target);
        }
        free(links[i]);
    }
    free(links);
    if (count == 0)
        printf("none: a process that has ended holds nothing\n");
    return 0;
}
