/* sides.c - a box seen from both sides: its namespaces beside ours, its numbers beside ours.
 *
 * A process is in one namespace of each kind, and /proc/PID/ns has a link for each. The line
 * NSpid in /proc/PID/status lists its numbers, from that of our pid namespace to that of its
 * own.
 *
 * Read on: namespaces(7), pid_namespaces(7), proc(5).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../c01-process/boxes.h"
#include "../c01-process/family.h"
#include "namespaces.h"
#include "sides.h"
#include "start.h"

enum { DEEPEST = 12 }; /* generations of processes: nobody reads more */

/* Where /proc/PID/ns/KIND leads, "uts:[4026531838]", or why that is not known. */
static const char *link_of(int pid, const char *kind, char *text, size_t size)
{
    char path[64];

    snprintf(path, sizeof path, "/proc/%d/ns/%s", pid, kind);
    ssize_t length = readlink(path, text, size - 1);
    if (length == -1)
        return strerror(errno);
    text[length] = '\0';
    return text;
}

int sides_namespaces(struct tutor *tutor, const char *name, int pid)
{
    char here[64], there[64];

    pid = start_inside(pid);
    printf("%-8s%-22s%-22s\n", "kind", "here", name);
    for (const struct start_kind *kind = start_kinds; kind->name; kind++) {
        int same = namespaces_same(0, pid, kind->name);
        if (same == -1)
            return tutor_error(tutor, "namespaces_same: %s: %s (errno %d)", kind->name,
                               strerror(errno), errno);
        printf("%-8s%-22s%-22s%s%s\n", kind->name,
               link_of(getpid(), kind->name, here, sizeof here),
               link_of(pid, kind->name, there, sizeof there),
               same ? "" : "its own: ", same ? "" : kind->holds);
    }
    return 0;
}

/* --- numbers ---------------------------------------------------------------------- */

/* Reads /proc/PID/NAME. Returns the length, 0 when it is gone. */
static size_t read_proc(int pid, const char *name, char *text, size_t size)
{
    char path[64];

    text[0] = '\0';
    snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file == -1)
        return 0;
    ssize_t length = read(file, text, size - 1);
    close(file);
    text[length > 0 ? length : 0] = '\0';
    return length > 0 ? (size_t)length : 0;
}

/* The numbers of PID behind the first, which is ours: "1", or "" without a pid namespace. */
static void inside_number(int pid, char *number, size_t size)
{
    char text[4096], *at;

    number[0] = '\0';
    (void)read_proc(pid, "status", text, sizeof text);
    at = strstr(text, "\nNSpid:\t");
    if (!at)
        return;
    at += strlen("\nNSpid:\t");
    at[strcspn(at, "\n")] = '\0';
    at = strchr(at, '\t');
    if (at)
        snprintf(number, size, "%s", at + 1);
}

static void print_process(const char *name, int pid, int depth)
{
    char number[32], comm[64];

    inside_number(pid, number, sizeof number);
    comm[read_proc(pid, "comm", comm, sizeof comm)] = '\0';
    comm[strcspn(comm, "\n")] = '\0';
    printf("%*s%-*s %7d  %6s  %-9s %s\n", 2 * depth, "",
           2 * depth < 16 ? 16 - 2 * depth : 0, name, pid, number, family_state(pid),
           comm);
}

static void print_below(struct tutor *tutor, int pid, int depth)
{
    char name[64], text[4096], *at = text, *end;

    snprintf(name, sizeof name, "task/%d/children", pid);
    (void)read_proc(pid, name, text, sizeof text); /* none: there are no children */
    for (int child; depth < DEEPEST && (child = (int)strtol(at, &end, 10)) > 0;
         at = end) {
        struct box *box = boxes_of_pid(tutor, child);
        print_process(box ? box->name : "-", child, depth);
        print_below(tutor, child, depth + 1);
    }
}

void sides_tree(struct tutor *tutor)
{
    printf("%-16s %7s  %6s\n", "", "here", "inside");
    print_process("session", getpid(), 0);
    print_below(tutor, getpid(), 1);
}
