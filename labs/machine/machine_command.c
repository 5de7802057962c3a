/* machine_command.c - the command line of `boxwork machine`. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "machine.h"

enum {
    USAGE = 2,
    OUT_FOLDERS = 16,   /* as many as the machine takes */
    LEAST_MEMORY = 256, /* MiB: the tree lies in memory, twice while it is unpacked */
    MOST_MEMORY = 1024 * 1024,
    MOST_CPUS = 64,
    LONGEST = 7 * 24 * 3600, /* seconds */
};

static const char usage[] =
    "usage: boxwork machine [--timeout S] [--memory M] [--cpus N] [--out DIR]…\n"
    "                       [--tcg|--kvm] [--verbose] [--] [CMD ARG…]\n"
    "\n"
    "Runs a command, or a shell, as root in a throwaway machine with a copy of this "
    "tree.\n"
    "\n"
    "  --timeout S  end it after S seconds in all\n"
    "  --memory M   MiB of memory; 1024 when not given\n"
    "  --cpus N     processors; when not given, 2 on KVM and 1 when emulated\n"
    "  --out DIR    the files that are in DIR at the end come back; can be given again\n"
    "  --tcg --kvm  emulate, or use KVM; the fastest that works when not given\n"
    "  --verbose    say what is used and how long it takes, and show the kernel's log\n"
    "\n"
    "Exit status: the command's. The machine's own faults have statuses that no command\n"
    "has: 240 cannot start, 241 no space, 242 no boot, 243 time limit, 244 kernel "
    "panic,\n"
    "245 powered off or restarted, 246 QEMU killed, 247 hangs, 249 results did not come\n"
    "back; a command that ends with 240 to 249 itself gets 248.\n";

/* A whole number from LEAST to MOST, or -1 with a line on stderr. */
static int number(const char *option, const char *text, int least, int most)
{
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (errno == 0 && end != text && *end == '\0' && value >= least && value <= most)
        return (int)value;
    fprintf(stderr, "boxwork: machine: --%s %s: it must be a number from %d to %d\n",
            option, text, least, most);
    return -1;
}

/* Fills in JOB; OUT has room for all folders. Returns 0, 1 for --help, or -1. */
static int parse(int argc, char **argv, struct machine_job *job, const char **out)
{
    static const struct option options[] = {
        {"timeout", required_argument, NULL, 't'},
        {"memory", required_argument, NULL, 'm'},
        {"cpus", required_argument, NULL, 'c'},
        {"out", required_argument, NULL, 'o'},
        {"tcg", no_argument, NULL, 'T'},
        {"kvm", no_argument, NULL, 'K'},
        {"verbose", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    int option, folders = 0;
    optind = 0; /* 0: getopt starts anew, boxwork has used it already */
    opterr = 0;
    while ((option = getopt_long(argc, argv, "+:", options, NULL)) != -1) {
        int value = 0;
        if (option == 't')
            value = job->timeout = number("timeout", optarg, 1, LONGEST);
        else if (option == 'm')
            value = job->memory = number("memory", optarg, LEAST_MEMORY, MOST_MEMORY);
        else if (option == 'c')
            value = job->cpus = number("cpus", optarg, 1, MOST_CPUS);
        else if (option == 'o' && folders < OUT_FOLDERS && optarg[0] != '\0')
            out[folders++] = optarg;
        else if (option == 'T')
            job->accelerator = MACHINE_TCG;
        else if (option == 'K')
            job->accelerator = MACHINE_KVM;
        else if (option == 'v')
            job->verbose = true;
        else if (option == 'h')
            return 1;
        else {
            /* Of -it, optind may still point to what comes before. */
            const char letter[] = {'-', (char)optopt, '\0'};
            fprintf(stderr, "boxwork: machine: %s: %s: see boxwork machine --help\n",
                    option == '?' && optopt != 0 ? letter : argv[optind - 1],
                    option == ':'   ? "wants a value"
                    : option == 'o' ? "no name, or too many folders"
                                    : "no such option");
            return -1;
        }
        if (value == -1)
            return -1;
    }
    return 0;
}

/* Whether what comes back to FOLDER cannot replace what the machine knows nothing of: it is in the
 * tree, which the machine has, or there is nothing in it yet. */
static bool may_come_back(const char *top, const char *folder)
{
    char tree[PATH_MAX], path[PATH_MAX];
    DIR *directory = opendir(folder);
    struct dirent *entry;
    bool empty = true;
    if (directory == NULL)
        return errno == ENOENT;
    while ((entry = readdir(directory)) != NULL)
        empty = empty &&
                (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0);
    (void)closedir(directory); /* it was only read */
    if (empty)
        return true;
    size_t length = realpath(top, tree) != NULL ? strlen(tree) : 0;
    return length > 1 && realpath(folder, path) != NULL &&
           strncmp(path, tree, length) == 0 && path[length] == '/';
}

int machine_command(int argc, char **argv, const char *top)
{
    const char *out[OUT_FOLDERS + 1] = {NULL};
    struct machine_job job = {.top = top, .out = out};
    struct machine_result result;
    int parsed = parse(argc, argv, &job, out);
    if (parsed != 0) {
        if (parsed == 1)
            (void)fputs(usage, stdout);
        return parsed == 1 ? 0 : USAGE;
    }
    for (const char **folder = out; *folder != NULL; folder++) {
        if (may_come_back(top, *folder))
            continue;
        fprintf(
            stderr,
            "boxwork: machine: --out %s: what comes back would replace what is there: it "
            "must be new, or empty, or in %s\n",
            *folder, top);
        return USAGE;
    }
    if (machine_inside()) {
        fprintf(stderr, "boxwork: machine: this is the lab machine already\n");
        return USAGE;
    }
    if (optind < argc)
        job.command = argv + optind;
    (void)fflush(stdout); /* what we said stands before what the command says */
    (void)machine_run(&job, &result); /* RESULT says it all */
    int status = machine_exit_status(&result);
    if (result.end == MACHINE_INTERRUPTED) {
        (void)signal(result.signal, SIG_DFL); /* to die of it, as a shell expects */
        (void)raise(result.signal);
    } else if (result.end != MACHINE_ENDED) {
        fprintf(stderr, "boxwork: machine: %s\n", result.message);
    } else if (status != result.status) {
        fprintf(
            stderr,
            "boxwork: machine: the command ended with %d, a status that is kept for the "
            "machine's own faults: %d instead\n",
            result.status, status);
    }
    return status;
}
