/* machine_probe.c - KVM or TCG? Found out by running a machine, not by looking for a file.
 *
 * On some hosts /dev/kvm is there and opens, but runs no kernel: it has no vmx or svm under
 * it and emulates ring 0, and a guest hangs or QEMU aborts. So the machine itself is started
 * under KVM, with a short time limit, to run `true`. The answer is kept in
 * build/machine/accelerator and holds until the host boots again or QEMU changes.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "run.h"

enum { PROBE_LIMIT = 8 }; /* seconds; a boot under KVM takes less than one */

/* What the answer depends on: this boot of the host, and QEMU. */
static void current_key(char *key, size_t size)
{
    char boot[64] = "";
    struct stat qemu = {0};
    int file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (file != -1) {
        (void)!read(file, boot, sizeof boot - 1); /* nothing: a key all the same */
        (void)close(file);
    }
    boot[strcspn(boot, "\n")] = '\0';
    (void)stat("/usr/bin/qemu-system-x86_64", &qemu); /* not there: zeros */
    (void)snprintf(key, size, "%s %lld %lld %u", boot, (long long)qemu.st_mtime,
                   (long long)qemu.st_size, getuid());
}

/* The kept answer: two lines, the key and "kvm why" or "tcg why". */
static bool recall(struct run *run, const char *key, char *why, size_t size)
{
    char line[512];
    char *path = run_part(run, "accelerator");
    FILE *file = path != NULL ? fopen(path, "re") : NULL;
    free(path);
    if (file == NULL)
        return false;
    bool known = fgets(line, sizeof line, file) != NULL &&
                 strncmp(line, key, strlen(key)) == 0 && line[strlen(key)] == '\n' &&
                 fgets(line, sizeof line, file) != NULL && strlen(line) > 5;
    (void)fclose(file); /* it was only read */
    if (!known)
        return false;
    line[strcspn(line, "\n")] = '\0';
    run->kvm = strncmp(line, "kvm ", 4) == 0;
    (void)snprintf(why, size, "%s", line + 4);
    return true;
}

/* Whole or not at all, for whoever reads it at the same time. */
static void remember(struct run *run, const char *key, const char *why)
{
    char *path = run_part(run, "accelerator"), *fresh = NULL;
    if (path == NULL || asprintf(&fresh, "%s.%d", path, (int)getpid()) == -1) {
        free(path);
        return;
    }
    FILE *file = fopen(fresh, "we");
    bool written = file != NULL &&
                   fprintf(file, "%s\n%s %s\n", key, run->kvm ? "kvm" : "tcg", why) > 0;
    if (file != NULL)
        written = fclose(file) == 0 && written;
    /* Not kept: the next run finds it out again. */
    if (!written || rename(fresh, path) == -1)
        (void)unlink(fresh);
    free(fresh);
    free(path);
}

/* Returns 0 with an answer, or -1 with a fault that says nothing about KVM. */
static int try(struct run *run, char *why, size_t size)
{
    /* A machine without a /dev/kvm of its own is no use: emulation offers one. */
    char *const command[] = {
        "sh", "-c", "grep -qE '^flags.* (vmx|svm)( |$)' /proc/cpuinfo && : < /dev/kvm",
        NULL};
    const struct machine_job job = {
        .top = run->job->top,
        .command = command,
        .timeout = PROBE_LIMIT,
        .accelerator = MACHINE_KVM,
    };
    struct machine_result result;
    terminal_tell(run, "trying KVM, once");
    int ended = run_machine_job(&job, &result, true);
    terminal_untell(run);
    if (ended == -1 &&
        (result.end == MACHINE_INTERRUPTED || result.end == MACHINE_NO_SPACE ||
         result.end == MACHINE_CANNOT_START)) {
        run->result->signal = result.signal;
        return run_fault(run, result.end, "%s", result.message);
    }
    run->kvm = ended == 0 && result.status == 0;
    if (run->kvm)
        (void)snprintf(why, size, "a kernel runs properly under this host's KVM");
    else if (ended == 0)
        (void)snprintf(why, size, "this host's KVM does not nest: no /dev/kvm inside");
    else
        (void)snprintf(why, size, "this host's KVM does not run a kernel: %.200s",
                       result.message);
    return 0;
}

int probe_accelerator(struct run *run, char *why, size_t size)
{
    char key[256];
    if (run->job->accelerator != MACHINE_FASTEST) {
        run->kvm = run->job->accelerator == MACHINE_KVM;
        (void)snprintf(why, size, "as asked for");
        return 0;
    }
    if (access("/dev/kvm", R_OK | W_OK) == -1) {
        run->kvm = false;
        (void)snprintf(why, size, "/dev/kvm: %s", strerror(errno));
        return 0;
    }
    current_key(key, sizeof key);
    if (recall(run, key, why, size))
        return 0;
    if (try(run, why, size) == -1)
        return -1;
    remember(run, key, why);
    return 0;
}

int machine_probe(const char *top, char *why, int size)
{
    struct machine_result result = {.end = MACHINE_ENDED};
    const struct machine_job job = {.top = top};
    struct run run = {.job = &job, .result = &result, .quiet = true, .signals = -1};
    run.top = realpath(top, NULL);
    if (run.top == NULL)
        (void)run_fault(&run, MACHINE_CANNOT_START, "%s: %s", top, strerror(errno));
    else if (access("/usr/bin/qemu-system-x86_64", X_OK) == -1)
        (void)run_fault(&run, MACHINE_CANNOT_START,
                        "no QEMU: apt-get install qemu-system-x86");
    else if (parts_make(&run) == 0)
        (void)probe_accelerator(&run, why, (size_t)size);
    free(run.top);
    if (run.failed)
        (void)snprintf(why, (size_t)size, "%s", result.message);
    return run.failed ? -1 : run.kvm;
}
