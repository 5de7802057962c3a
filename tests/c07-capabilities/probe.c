/* probe.c - the player of lesson c07-capabilities: calls the learner's functions, one word each.
 *
 * Every word ends standing still, so that the judge can look at /proc/PID/status. What a function
 * finds is prepared here without libcap and without the module: see tests/grader/probe.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "capabilities.h"
#include "probe.h"

enum { NOBODY = 65534 };

static const capabilities_set everything = ~(capabilities_set)0;

/* Ends the probe when something goes wrong that is no fault of the learner's. */
static void need(bool good, const char *what)
{
    if (!good) {
        perror(what);
        exit(99);
    }
}

/* The sets that capset(2) changes: what is in a mask stays, and INHERITABLE becomes that. */
static void restrict_to(capabilities_set effective, capabilities_set permitted,
                        capabilities_set inheritable)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2];

    need(syscall(SYS_capget, &header, data) == 0, "capget");
    for (int i = 0; i < 2; i++) {
        data[i].permitted &= (uint32_t)(permitted >> 32 * i);
        data[i].effective = data[i].permitted & (uint32_t)(effective >> 32 * i);
        data[i].inheritable = data[i].permitted & (uint32_t)(inheritable >> 32 * i);
    }
    need(syscall(SYS_capset, &header, data) == 0, "capset");
}

static void raise_ambient(int capability)
{
    need(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) == 0,
         "raise ambient");
}

static capabilities_set set_of(const char *text)
{
    return (capabilities_set)strtoull(text, NULL, 16);
}

static bool is(const char *word, const char *expected)
{
    return word && strcmp(word, expected) == 0;
}

/* parse NAME SET: adds it to SET. */
static int parse(int argc, char **argv)
{
    capabilities_set set = set_of(argv[2]);

    (void)argc;
    int result = capabilities_parse(argv[1], &set);
    probe_ready("%d %d %llx", result, errno, (unsigned long long)set);
    return 0;
}

/* drop KEEP [gone|refused]: where there is nothing left to drop; without CAP_SETPCAP. */
static int drop(int argc, char **argv)
{
    const char *how = argc > 2 ? argv[2] : NULL;
    capabilities_set keep = set_of(argv[1]);

    for (int i = 0; is(how, "gone") && prctl(PR_CAPBSET_READ, i, 0, 0, 0) != -1; i++) {
        if (!(keep & CAPABILITY(i)))
            need(prctl(PR_CAPBSET_DROP, i, 0, 0, 0) == 0, "drop");
    }
    if (how)
        restrict_to(everything & ~CAPABILITY(CAP_SETPCAP),
                    everything & ~CAPABILITY(CAP_SETPCAP), 0);
    int result = capabilities_drop_bounding(keep);
    probe_ready("%d %d", result, errno);
    return 0;
}

/* set KEEP [inheritable|lowered|lost]: with a full inheritable set; with nothing effective; with
 * nothing but KEEP's complement permitted. */
static int set(int argc, char **argv)
{
    const char *how = argc > 2 ? argv[2] : NULL;
    capabilities_set keep = set_of(argv[1]);

    if (is(how, "inheritable"))
        restrict_to(everything, everything, everything);
    if (is(how, "lowered"))
        restrict_to(0, everything, 0);
    if (is(how, "lost"))
        restrict_to(~keep, ~keep, 0);
    int result = capabilities_set_to(keep);
    probe_ready("%d %d", result, errno);
    return 0;
}

/* ambient [bare]: with three of them raised; or without any capability. */
static int ambient(int argc, char **argv)
{
    (void)argv;
    if (argc > 1) {
        restrict_to(0, 0, 0);
    } else {
        restrict_to(everything, everything,
                    CAPABILITY(CAP_KILL) | CAPABILITY(CAP_NET_ADMIN) |
                        CAPABILITY(CAP_SYS_PTRACE));
        raise_ambient(CAP_KILL);
        raise_ambient(CAP_NET_ADMIN);
        raise_ambient(CAP_SYS_PTRACE);
    }
    int result = capabilities_clear_ambient();
    probe_ready("%d %d", result, errno);
    return 0;
}

/* keep on|off|locked: and becomes another user then. */
static int keep(int argc, char **argv)
{
    int result, error;

    (void)argc;
    if (is(argv[1], "locked"))
        need(prctl(PR_SET_SECUREBITS, SECBIT_KEEP_CAPS_LOCKED, 0, 0, 0) == 0,
             "securebits");
    result = capabilities_keep(true);
    if (is(argv[1], "off") && result == 0)
        result = capabilities_keep(false);
    error = errno;
    need(setresuid(NOBODY, NOBODY, NOBODY) == 0, "setresuid");
    probe_ready("%d %d", result, error);
    return 0;
}

/* A copy of this program with the setuid bit, on a file system that heeds it. */
static void make_setuid_copy(void)
{
    off_t offset = 0;
    ssize_t sent;

    need(mount("tmpfs", "/tmp", "tmpfs", 0, "mode=755,size=12m") == 0, "tmpfs");
    int from = open("/probe", O_RDONLY | O_CLOEXEC);
    int to = open("/tmp/copy", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
    need(from != -1 && to != -1, "copy");
    while ((sent = sendfile(to, from, &offset, 1 << 20)) > 0)
        continue;
    need(sent == 0 && fchmod(to, 04755) == 0 && close(to) == 0, "copy");
    close(from);
}

/* The copy, started by another user, in a child that stands still. */
static void start_setuid_copy(void)
{
    char number[16], byte;
    int ends[2];

    need(pipe(ends) == 0, "pipe");
    pid_t pid = fork();
    need(pid != -1, "fork");
    if (pid == 0) {
        snprintf(number, sizeof number, "%d", ends[1]);
        need(setresuid(NOBODY, NOBODY, NOBODY) == 0, "setresuid");
        execl("/tmp/copy", "/tmp/copy", "stand", number, NULL);
        need(false, "the setuid copy");
    }
    close(ends[1]);
    need(read(ends[0], &byte, 1) == 1, "the setuid copy");
    close(ends[0]);
}

/* stand FD: says through it that it runs, and stands still. */
static int stand(int argc, char **argv)
{
    (void)argc;
    need(write(atoi(argv[1]), "", 1) == 1, "write");
    (void)pause(); /* until the end of the sandbox */
    return 0;
}

/* no-new-privileges [bare|setuid]: without any capability; and a setuid program of user 0
 * afterwards, which another user starts. */
static int no_new_privileges(int argc, char **argv)
{
    const char *how = argc > 1 ? argv[1] : NULL;

    if (is(how, "setuid"))
        make_setuid_copy();
    if (is(how, "bare"))
        restrict_to(0, 0, 0);
    int result = capabilities_no_new_privileges();
    int error = errno;
    if (is(how, "setuid"))
        start_setuid_copy();
    probe_ready("%d %d", result, error);
    return 0;
}

/* become UID KEEP [full|lost|again]: with full inheritable and ambient sets; with KEEP not
 * permitted; and, afterwards, to user 0 and back by the probe. */
static int become(int argc, char **argv)
{
    const char *how = argc > 3 ? argv[3] : NULL;
    uid_t user = (uid_t)atoi(argv[1]);
    capabilities_set keep = set_of(argv[2]);

    need(setgroups(1, &(gid_t){42}) == 0, "setgroups");
    if (is(how, "full")) {
        restrict_to(everything, everything, everything);
        raise_ambient(CAP_KILL);
        raise_ambient(CAP_SYS_ADMIN);
    }
    if (is(how, "lost"))
        restrict_to(~CAPABILITY(CAP_NET_RAW), ~CAPABILITY(CAP_NET_RAW), 0);
    int result = capabilities_become(user, user, keep);
    int error = errno;
    if (is(how, "again") && result == 0) {
        /* If it may not, the judge sees that. */
        if (setresuid(0, 0, 0) == 0)
            need(setresuid(user, user, user) == 0, "setresuid back");
    }
    errno = error;
    probe_ready("%d %d", result, errno);
    return 0;
}

const struct probe_word probe_words[] = {
    {"parse", parse},     {"drop", drop},     {"set", set},
    {"ambient", ambient}, {"keep", keep},     {"no-new-privileges", no_new_privileges},
    {"stand", stand},     {"become", become}, {0},
};
