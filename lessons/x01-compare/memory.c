/* memory.c - the words that poke at memory: what processes share, and what the kernel charges.
 *
 * `memory` starts a family. The first process fills some memory and forks, so that its children
 * have the same pages; the last child has a child of its own. `group` puts a process into a
 * cgroup, where it takes memory and gives most of it back. All of them end with the word.
 *
 * Read on: proc(5), /proc/PID/smaps_rollup and VmRSS of /proc/PID/status; cgroups(7).
 */
#define _GNU_SOURCE
#include "memory.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "measure.h"

enum { MIB = 1024 * 1024, SHARED = 16 * MIB, OWN = MIB, CHILDREN_MOST = 16 };

static int failed(struct tutor *tutor, const char *function)
{
    return tutor_error(tutor, "%s: %s (errno %d)", function, strerror(errno), errno);
}

/* SIZE bytes that are really there. */
static char *fill(size_t size)
{
    char *memory =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        _exit(1);
    memset(memory, 1, size);
    return memory;
}

/* --- memory ------------------------------------------------------------------------- */

/* The processes of a family; they tell their numbers through a pipe. */
struct family {
    pid_t first;
    pid_t pids[CHILDREN_MOST + 2];
    int count;
    int tell[2];
};

_Noreturn static void stand_still(int tell)
{
    pid_t own = getpid();
    if (write(tell, &own, sizeof own) != sizeof own)
        _exit(1);
    for (;;)
        pause();
}

/* None is left when the first one ends, and each has memory of its own, too. */
static void begin_life(void)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* the number is right */
    (void)fill(OWN);
}

/* What each process of the family does. The last child has a child, too. */
_Noreturn static void live(int tell, int children)
{
    bool first = true;
    begin_life();
    while (children-- > 0) {
        pid_t child = fork();
        if (child == -1)
            _exit(1);
        if (child == 0) {
            begin_life();
            children = first && children == 0 ? 1 : 0;
            first = false;
        }
    }
    stand_still(tell);
}

static int start_family(struct tutor *tutor, int children, struct family *family)
{
    if (pipe2(family->tell, O_CLOEXEC) == -1)
        return failed(tutor, "pipe2");
    family->first = fork();
    if (family->first == 0) {
        (void)fill(SHARED);
        live(family->tell[1], children);
    }
    close(family->tell[1]);
    if (family->first == -1)
        return failed(tutor, "fork");
    pid_t pid;
    while (family->count < children + 2 &&
           read(family->tell[0], &pid, sizeof pid) == sizeof pid)
        family->pids[family->count++] = pid;
    if (family->count == children + 2)
        return 0;
    return tutor_error(tutor, "the family could not be started: not enough memory");
}

static void end_family(struct family *family)
{
    close(family->tell[0]);
    for (int i = 0; i < family->count; i++)
        (void)kill(family->pids[i], SIGKILL); /* one may be gone with its parent */
    if (family->first > 0)
        (void)waitpid(family->first, NULL, 0);
}

/* VmRSS of /proc/PID/status, in bytes. */
static double rss_of(pid_t pid)
{
    char path[64], line[256];
    long kilobytes = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "VmRSS: %ld kB", &kilobytes) == 1)
            break;
    if (file)
        fclose(file);
    return (double)kilobytes * 1024;
}

static double mib(double bytes)
{
    return bytes / MIB;
}

static int show_family(struct tutor *tutor, const struct family *family)
{
    double rss = 0, pss = 0;
    int64_t memory, tree;
    printf("%-22s %10s  %14s\n", "", "RSS", "measure_memory");
    for (int i = 0; i < family->count; i++) {
        if ((memory = measure_memory(family->pids[i])) == -1)
            return failed(tutor, "measure_memory");
        char name[32];
        (void)snprintf(name, sizeof name, "process %d", (int)family->pids[i]);
        printf("%-22s %6.1f MiB  %10.1f MiB\n", name, mib(rss_of(family->pids[i])),
               mib((double)memory));
        rss += rss_of(family->pids[i]);
        pss += (double)memory;
    }
    if ((tree = measure_tree(family->first)) == -1)
        return failed(tutor, "measure_tree");
    printf("%-22s %6.1f MiB  %10.1f MiB\n", "sum", mib(rss), mib(pss));
    printf("%-22s %10s  %10.1f MiB\n", "measure_tree", "", mib((double)tree));
    printf("written to: %d MiB that all share, and %d MiB each: %d MiB\n", SHARED / MIB,
           OWN / MIB, (SHARED + family->count * OWN) / MIB);
    return 0;
}

int memory_family(struct tutor *tutor, int argc, char **argv)
{
    struct family family = {.first = -1};
    char *end = "";
    long children = argc > 1 ? strtol(argv[1], &end, 10) : 3;
    if (*end || children < 1 || children > CHILDREN_MOST) {
        (void)tutor_error(tutor, "%s: how many children: 1 to %d", argv[1],
                          CHILDREN_MOST);
        return 2;
    }
    int status = start_family(tutor, (int)children, &family);
    if (status == 0)
        status = show_family(tutor, &family);
    end_family(&family);
    return status;
}

/* --- group -------------------------------------------------------------------------- */

static int put(const char *path, const char *file, const char *text)
{
    char name[512];
    (void)snprintf(name, sizeof name, "%s/%s", path, file); /* cut: ENOENT */
    int to = open(name, O_WRONLY | O_CLOEXEC);
    if (to == -1)
        return -1;
    int result = write(to, text, strlen(text)) == -1 ? -1 : 0;
    int error = errno;
    close(to);
    errno = error;
    return result;
}

/* In the cgroup: takes 32 MiB, says so, gives 24 back when it may, and says so. */
_Noreturn static void take_and_give(const char *path, int tell, int go)
{
    char byte = 'x';
    if (put(path, "cgroup.procs", "0") == -1)
        _exit(1);
    char *memory = fill(32 * MIB);
    if (write(tell, &byte, 1) != 1 || read(go, &byte, 1) != 1 ||
        munmap(memory + 8 * MIB, 24 * MIB) == -1 || write(tell, &byte, 1) != 1)
        _exit(1);
    for (;;)
        pause();
}

static int show_group(struct tutor *tutor, const char *path, const char *when)
{
    int64_t current = -1, peak = -1;
    if (measure_group(path, &current, &peak) == -1 && (errno != ENOENT || current == -1))
        return failed(tutor, "measure_group");
    printf("%-24s current %5.1f MiB  ", when, mib((double)current));
    if (peak == -1)
        puts("peak: this kernel has none, 5.19 has");
    else
        printf("peak %5.1f MiB\n", mib((double)peak));
    return 0;
}

static int watch_group(struct tutor *tutor, const char *path)
{
    int tell[2], go[2], status = 1;
    char byte = 'x';
    if (pipe2(tell, O_CLOEXEC) == -1 || pipe2(go, O_CLOEXEC) == -1)
        return failed(tutor, "pipe2");
    pid_t child = fork();
    if (child == 0) {
        close(tell[0]);
        take_and_give(path, tell[1], go[0]);
    }
    close(tell[1]);
    close(go[0]);
    if (child == -1 || read(tell[0], &byte, 1) != 1)
        (void)tutor_error(tutor, "a process could not be put into %s", path);
    else if (show_group(tutor, path, "with 32 MiB") == 0 && write(go[1], &byte, 1) == 1 &&
             read(tell[0], &byte, 1) == 1)
        status = show_group(tutor, path, "24 of them given back");
    close(tell[0]);
    close(go[1]);
    if (child > 0) {
        (void)kill(child, SIGKILL);
        (void)waitpid(child, NULL, 0);
    }
    return status;
}

int memory_group(struct tutor *tutor, int argc, char **argv)
{
    char path[256];
    (void)argc, (void)argv;
    const char *own = tutor_cgroup(tutor);
    if (!own)
        return tutor_error(tutor, "no cgroup can be made here: %s: see boxwork doctor",
                           strerror(errno));
    /* The session's gives the controller to the one that is measured. */
    if (put("/sys/fs/cgroup", "cgroup.subtree_control", "+memory") == -1 ||
        put(own, "cgroup.subtree_control", "+memory") == -1)
        return tutor_error(tutor, "cgroup.subtree_control: %s: see boxwork doctor",
                           strerror(errno));
    (void)snprintf(path, sizeof path, "%s/measured", own); /* cut: mkdir fails */
    if (mkdir(path, 0755) == -1)
        return failed(tutor, path);
    int status = watch_group(tutor, path);
    (void)rmdir(path); /* the session removes what is left */
    return status;
}
