/* hogs.c - processes that take as much as they are let.
 *
 * A hog enters the cgroup first (cgroup_enter), as a child of the session. How far it came stands
 * in memory that both share, so it is known also when it is killed in the middle.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "../c01-process/boxes.h"
#include "../c01-process/signals.h"
#include "disk.h"
#include "groups.h"
#include "hogs.h"
#include "limits.h"

enum { MIB = 1 << 20, BLOCK = 64 << 10, PIDS_MOST = 1000, SECONDS_MOST = 60 };

/* What a hog is to do, and how far it is. Shared. */
struct job {
    long long amount, done;
    int error;               /* the errno that stopped it; 0: none did */
    const struct disk *disk; /* io */
    bool pinned;             /* cpu: to the first processor that it may have */
};

static double now(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time); /* this clock is always there */
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* --- what they do, each in a child ------------------------------------------------ */

static void take_memory(void *context)
{
    struct job *job = context;
    char *at = mmap(NULL, (size_t)job->amount, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (at == MAP_FAILED) {
        job->error = errno;
        return;
    }
    /* Only what is written to is given out. */
    for (; job->done < job->amount; job->done += MIB)
        memset(at + job->done, 1,
               job->amount - job->done < MIB ? (size_t)(job->amount - job->done) : MIB);
    job->done = job->amount;
}

static void take_pids(void *context)
{
    struct job *job = context;
    pid_t children[PIDS_MOST];

    /* The children share JOB, so none of them may look into it. */
    for (; job->done < job->amount; job->done++) {
        pid_t child = fork();
        if (child == 0) {
            for (;;)
                pause();
        }
        if (child == -1) {
            job->error = errno;
            break;
        }
        children[job->done] = child;
    }
    for (long long i = 0; i < job->done; i++)
        (void)kill(children[i], SIGKILL); /* not waited for, so it is still ours */
    while (wait(NULL) != -1)
        continue;
}

static void compute(void *context)
{
    struct job *job = context;
    double end = now() + (double)job->amount;
    cpu_set_t set, one;

    CPU_ZERO(&one);
    if (job->pinned && sched_getaffinity(0, sizeof set, &set) == 0) {
        for (int i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; i++) {
            if (CPU_ISSET(i, &set))
                CPU_SET(i, &one);
        }
        (void)sched_setaffinity(0, sizeof one, &one); /* a part of what it has */
    }
    while (now() < end)
        continue;
}

static void write_disk(void *context)
{
    struct job *job = context;
    void *block;

    if (posix_memalign(&block, BLOCK, BLOCK) != 0) {
        job->error = ENOMEM;
        return;
    }
    memset(block, 1, BLOCK);
    for (; job->done < job->amount; job->done += BLOCK) {
        if (pwrite(job->disk->fd, block, BLOCK, job->done % DISK_SIZE) != BLOCK) {
            job->error = errno;
            return;
        }
    }
}

/* --- how they end ----------------------------------------------------------------- */

/* Waits for the child, ends it when its time is up or Ctrl-C was pressed; true then. */
static bool wait_for(struct tutor *tutor, pid_t pid, int milliseconds, int *status,
                     struct rusage *usage)
{
    double end = now() + milliseconds / 1e3;
    bool late = false;
    int pidfd = pidfd_open(pid, 0);
    struct pollfd ended = {.fd = pidfd, .events = POLLIN};

    while (pidfd != -1 && !late && poll(&ended, 1, 50) != 1)
        late = now() >= end || tutor_interrupted(tutor);
    if (late)
        (void)kill(pid, SIGKILL); /* our child, and not waited for */
    while (wait4(pid, status, 0, usage) == -1 && errno == EINTR)
        continue;
    if (pidfd != -1)
        close(pidfd);
    return late;
}

/* How it ended, behind what it took. */
static void tell_end(const struct job *job, int status, bool late)
{
    if (late)
        puts(", then its time was up");
    else if (WIFSIGNALED(status))
        printf(", then it was killed by signal %d (%s)\n", WTERMSIG(status),
               signals_name(WTERMSIG(status)));
    else if (job->error)
        printf(", then: %s\n", strerror(job->error));
    else
        putchar('\n');
}

static double seconds_of(const struct rusage *usage)
{
    return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) +
           (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1e6;
}

static void tell(const char *word, const struct job *job, const struct rusage *usage,
                 double passed, int status, bool late)
{
    if (strcmp(word, "memory") == 0)
        printf("took %s of %s", limits_people(job->done), limits_people(job->amount));
    else if (strcmp(word, "pids") == 0)
        printf("started %lld of %lld children", job->done, job->amount);
    else if (strcmp(word, "cpu") == 0)
        printf("computed for %.1f of %.1f seconds: %.0f %%", seconds_of(usage), passed,
               100 * seconds_of(usage) / passed);
    else
        printf("wrote %s of %s, in %.1f seconds", limits_people(job->done),
               limits_people(job->amount), passed);
    tell_end(job, status, late);
}

static const struct hog {
    const char *word;
    void (*run)(void *context);
    long long most;
    const char *example;
} hogs[] = {
    {"memory", take_memory, 1LL << 40, "64M"},
    {"pids", take_pids, PIDS_MOST, "50"},
    {"cpu", compute, SECONDS_MOST, "2"},
    {"io", write_disk, 1LL << 40, "4M"},
};

const char *const hogs_words[] = {"memory", "pids", "cpu", "io", NULL};

/* Memory of both, or NULL. */
static struct job *new_job(struct tutor *tutor)
{
    struct job *job = mmap(NULL, sizeof *job, PROT_READ | PROT_WRITE,
                           MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (job != MAP_FAILED)
        return job;
    (void)tutor_error(tutor, "mmap: %s", strerror(errno));
    return NULL;
}

int hogs_run(struct tutor *tutor, const struct cgroup *cgroup, const char *word,
             const char *amount, int milliseconds)
{
    const struct hog *hog = NULL;
    const struct disk *disk = NULL;
    struct rusage usage = {0};
    long long number;
    int status = 0;

    for (size_t i = 0; i < sizeof hogs / sizeof *hogs; i++) {
        if (strcmp(hogs[i].word, word) == 0)
            hog = &hogs[i];
    }
    if (!hog) {
        (void)tutor_error(tutor, "%s: is none of memory, pids, cpu, io", word);
        return BOXES_USAGE;
    }
    if (!limits_size(amount, &number) || number < 1 || number > hog->most) {
        (void)tutor_error(tutor, "%s: must be such as %s, and at most %s", amount,
                          hog->example, limits_people(hog->most));
        return BOXES_USAGE;
    }
    if (hog->run == write_disk && !(disk = disk_of(tutor)))
        return 1;
    struct job *job = new_job(tutor);
    if (!job)
        return 1;
    *job = (struct job){.amount = number, .disk = disk};
    double begun = now();
    pid_t pid = groups_start(tutor, cgroup, hog->run, job);
    bool late = pid != -1 && wait_for(tutor, pid, milliseconds, &status, &usage);
    int failed = pid == -1 || (WIFEXITED(status) && WEXITSTATUS(status) != 0);
    if (!failed)
        tell(word, job, &usage, now() - begun, status, late);
    (void)munmap(job, sizeof *job); /* it is mapped */
    return failed;
}

int hogs_race(struct tutor *tutor, const char *const names[2],
              const struct cgroup *const cgroups[2], const char *seconds)
{
    long long number;
    double computed[2] = {0, 0};
    pid_t pids[2];
    int status;

    if (!limits_size(seconds, &number) || number < 1 || number > SECONDS_MOST) {
        (void)tutor_error(tutor, "%s: must be seconds, from 1 to %d", seconds,
                          SECONDS_MOST);
        return BOXES_USAGE;
    }
    struct job *job = new_job(tutor);
    if (!job)
        return 1;
    *job = (struct job){.amount = number, .pinned = true};
    pids[0] = groups_start(tutor, cgroups[0], compute, job);
    pids[1] = pids[0] == -1 ? -1 : groups_start(tutor, cgroups[1], compute, job);
    for (int i = 0; i < 2; i++) {
        struct rusage usage = {0};
        if (pids[i] != -1)
            (void)wait_for(tutor, pids[i], (int)number * 1000 + 5000, &status, &usage);
        computed[i] = seconds_of(&usage);
    }
    (void)munmap(job, sizeof *job); /* it is mapped */
    if (pids[0] == -1 || pids[1] == -1)
        return 1;
    double both = computed[0] + computed[1];
    for (int i = 0; i < 2; i++)
        printf("%-15s computed for %.1f seconds: %.0f %% of both\n", names[i],
               computed[i], both > 0 ? 100 * computed[i] / both : 0);
    return 0;
}
