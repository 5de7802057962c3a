/* probe.c - the player of the lesson that exists only to test the grader.
 *
 * The last argument of each word is a mark, for whoever looks for processes that were left.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>
#include "fake.h"
#include "probe.h"

/* answer NUMBER */
static int answer(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    probe_ready("%d", fake_answer(atoi(argv[1])));
    return 0;
}

static int leave(int argc, char **argv)
{
    (void)argc, (void)argv;
    int result = fake_leave();
    probe_ready("%d", result);
    return 40 + result;
}

/* --- words for the tests of the player alone ------------------------------------------------ */

static char secret[] = "in the memory of the player";

static int remember(int argc, char **argv)
{
    (void)argc, (void)argv;
    probe_ready("%p", (void *)secret);
    return 0;
}

/* A child that sleeps, one that has ended and is not waited for, and one in a pid namespace of
 * its own. */
static int family(int argc, char **argv)
{
    (void)argc, (void)argv;
    if (fork() == 0)
        for (;;)
            (void)pause();
    if (fork() == 0)
        _exit(0);
    if (unshare(CLONE_NEWPID) == -1)
        return 1;
    if (fork() == 0)
        for (;;)
            (void)pause();
    probe_ready("three");
    return 0;
}

/* Says so on both streams, then copies its input to its output. */
static int copy(int argc, char **argv)
{
    (void)argc, (void)argv;
    printf("before\n");
    probe_ready("line one\nline two\036");
    fprintf(stderr, "to stderr\n");
    char page[4096];
    size_t got;
    while ((got = fread(page, 1, sizeof page, stdin)) > 0)
        (void)fwrite(page, 1, got, stdout);
    return 7;
}

static int twice(int argc, char **argv)
{
    (void)argc, (void)argv;
    errno = E2BIG;
    probe_ready("one");
    probe_ready("two %d", errno == E2BIG);
    return 0;
}

static const char *outcome(int result)
{
    return result == -1 ? "no" : "yes";
}

/* What can be written to, and what cannot. */
static int touch(int argc, char **argv)
{
    (void)argc, (void)argv;
    static const char *const paths[] = {"/new",   "/rootfs/new", "/tmp/new",
                                        "/probe", "/input",      "/dev/null"};
    char said[256] = "";
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        strcat(said, outcome(open(paths[i], O_WRONLY | O_CREAT, 0600)));
        strcat(said, " ");
    }
    strcat(said, outcome(mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND, NULL)));
    probe_ready("%s", said);
    return 0;
}

static int show_input(int argc, char **argv)
{
    (void)argc, (void)argv;
    char text[64] = "";
    int file = open("/input", O_RDONLY);
    if (file == -1 || read(file, text, sizeof text - 1) == -1)
        return 1;
    probe_ready("%s", text);
    return 0;
}

static int become(int argc, char **argv)
{
    (void)argc, (void)argv;
    static const gid_t groups[] = {5, 6};
    if (setgroups(2, groups) == -1 || setresgid(1000, 1000, 1000) == -1 ||
        setresuid(1000, 1000, 1000) == -1)
        return 1;
    probe_ready("become");
    return 0;
}

/* many HOW: forks as often as it can, and as others than itself. */
static int many(int argc, char **argv)
{
    for (int i = 0; argc > 1 && i < 40; i++) {
        if (fork() != 0)
            continue;
        if (strcmp(argv[1], "users") == 0)
            (void)setresuid(100 + (uid_t)i, 100 + (uid_t)i, 100 + (uid_t)i);
        if (strcmp(argv[1], "namespaces") == 0)
            (void)unshare(CLONE_NEWUSER);
        for (int k = 0; k < 3; k++)
            (void)fork();
        for (;;)
            (void)pause();
    }
    probe_ready("many");
    return 0;
}

/* end-by SIGNAL */
static int end_by(int argc, char **argv)
{
    return argc > 1 ? raise(atoi(argv[1])) : 1;
}

const struct probe_word probe_words[] = {
    {"answer", answer}, {"leave", leave}, {"remember", remember}, {"family", family},
    {"copy", copy},     {"twice", twice}, {"touch", touch},       {"input", show_input},
    {"become", become}, {"many", many},   {"end-by", end_by},     {NULL, NULL},
};
