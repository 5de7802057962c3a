/* step.c - the words of lesson c02-chroot: make a root, look at it, run in it, attack
 * it.
 *
 * Each word does its work in a child (inside.h), and every function of the module that
 * it calls goes through the switchboard, so the learner's and the reference's can be
 * compared.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "attacks.h"
#include "chroot.h"
#include "inside.h"
#include "roots.h"

static char *const environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/",
                                    "TERM=linux", "PS1=inside:\\w\\$ ", NULL};

static int make_root(struct tutor *tutor, int argc, char **argv)
{
    (void)argc;
    return roots_make(tutor, argv[1]);
}

static int roots(struct tutor *tutor, int argc, char **argv)
{
    (void)argc, (void)argv;
    roots_list(tutor);
    return 0;
}

/* --- look: one path, seen from both sides ----------------------------------------- */

/* Prints what PATH is for this process: its inode, and what is in it. */
static void describe(const char *who, const char *path, int columns)
{
    struct stat status;
    struct dirent **names = NULL;
    int count, used;

    used = printf("%-8s %s ", who, path);
    if (stat(path, &status) == -1) {
        printf(": %s\n", strerror(errno));
        return;
    }
    printf("(inode %ju)", (uintmax_t)status.st_ino);
    if (!S_ISDIR(status.st_mode)) {
        printf(": %jd bytes\n", (intmax_t)status.st_size);
        return;
    }
    used = printf("\n        ");
    count = scandir(path, &names, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        int length = strlen(names[i]->d_name) + 1;
        if (*names[i]->d_name != '.' && used >= 0 && used + length + 4 > columns) {
            printf(" ...");
            used = -1;
        } else if (*names[i]->d_name != '.' && used >= 0) {
            used += printf(" %s", names[i]->d_name);
        }
        free(names[i]);
    }
    free(names);
    putchar('\n');
}

struct look {
    const char *root, *path;
    int columns;
};

/* What /proc/PID/NAME of CHILD points to: the kernel's own word for where a process
 * is. */
static void show_link(pid_t child, const char *name)
{
    char link[64], target[PATH_MAX];
    ssize_t length;

    snprintf(link, sizeof link, "/proc/%d/%s", (int)child, name);
    length = readlink(link, target, sizeof target - 1);
    target[length > 0 ? length : 0] = '\0';
    printf("         /proc/PID/%-4s -> %s\n", name,
           length > 0 ? target : strerror(errno));
}

/* In a child: a grandchild goes inside, looks, and stands still; its parent looks at
 * it. */
static int look_inside(struct tutor *tutor, void *context)
{
    const struct look *look = context;
    int ready[2], done[2], status;
    char byte;

    if (pipe2(ready, O_CLOEXEC) == -1 || pipe2(done, O_CLOEXEC) == -1)
        return tutor_error(tutor, "pipe: %s", strerror(errno));
    pid_t child = fork();
    if (child == -1)
        return tutor_error(tutor, "fork: %s", strerror(errno));
    if (child == 0) {
        if (chroot_enter(look->root) == -1)
            _exit(
                tutor_error(tutor, "chroot_enter: %s: %s", look->root, strerror(errno)));
        describe("inside", look->path, look->columns);
        fflush(stdout);
        close(done[1]);
        (void)!write(ready[1], "", 1);
        (void)!read(done[0], &byte, 1); /* until the parent has looked, or is gone */
        _exit(0);
    }
    close(ready[1]);
    if (read(ready[0], &byte, 1) == 1) {
        puts("where the process inside is, as the host sees it:");
        show_link(child, "root");
        show_link(child, "cwd");
    }
    close(done[1]);
    if (waitpid(child, &status, 0) == -1)
        return tutor_error(tutor, "waitpid: %s", strerror(errno));
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static int look(struct tutor *tutor, int argc, char **argv)
{
    const char *root = roots_path(tutor, argv[1]);
    struct look look = {root, argc > 2 ? argv[2] : "/", tutor_columns(tutor)};
    char from_outside[PATH_MAX];

    if (!root)
        return 1;
    if (*look.path != '/')
        return tutor_error(tutor, "%s: must start with /: where would it start inside?",
                           look.path);
    if (snprintf(from_outside, sizeof from_outside, "%s%s", root,
                 strcmp(look.path, "/") == 0 ? "" : look.path) >= PATH_MAX)
        return tutor_error(tutor, "%s: %s", look.path, strerror(ENAMETOOLONG));
    describe("outside", look.path, look.columns);
    describe("outside", from_outside, look.columns);
    roots_say_rootless(tutor);
    return inside_child(tutor, look_inside, &look);
}

/* --- enter and run: a program inside ---------------------------------------------- */

static int enter_inside(struct tutor *tutor, void *context)
{
    const struct chroot_program *program = context;

    if (chroot_enter(program->root) == -1)
        return tutor_error(tutor, "chroot_enter: %s: %s", program->root, strerror(errno));
    environ = (char **)program->envp;
    execvp(program->argv[0], program->argv);
    int error = errno;
    (void)tutor_error(tutor, "execve: %s: %s", program->argv[0], strerror(error));
    return error == ENOENT ? 127 : 126; /* what a shell makes of it */
}

/* Says it when a program did not end with 0, and passes the status on. */
static int ended(int status)
{
    if (status != 0)
        printf("exit status %d\n", status);
    return status;
}

static int enter(struct tutor *tutor, int argc, char **argv)
{
    struct chroot_program program = {
        .root = roots_path(tutor, argv[1]), .argv = argv + 2, .envp = environment};

    (void)argc;
    if (!program.root)
        return 1;
    roots_say_rootless(tutor);
    return ended(inside_child(tutor, enter_inside, &program));
}

static int run_inside(struct tutor *tutor, void *context)
{
    const struct chroot_program *program = context;
    struct chroot_result result = {0};

    if (chroot_run(program, &result) == -1)
        return tutor_error(tutor, "%s: %s (errno %d)",
                           result.failed ? result.failed : "?", strerror(errno), errno);
    return ended(result.exit_status);
}

/* A number of a user or group from TEXT up to END. The largest one is not among them: it is
 * -1, which setresuid(2) takes for "as it is". */
static bool parse_id(const char *text, char end, uint32_t *id, const char **rest)
{
    char *after;

    errno = 0;
    unsigned long long value = strtoull(text, &after, 10);
    if (*text < '0' || *text > '9' || errno != 0 || value >= UINT32_MAX)
        return false;
    *id = (uint32_t)value;
    *rest = after;
    return *after == '\0' || *after == end;
}

/* UID[:GID]; without GID it is the same number. */
static bool parse_user(const char *text, struct chroot_program *program)
{
    const char *rest;

    if (!parse_id(text, ':', &program->uid, &rest))
        return false;
    program->gid = program->uid;
    return *rest == '\0' || parse_id(rest + 1, '\0', &program->gid, &rest);
}

static int run(struct tutor *tutor, int argc, char **argv)
{
    struct chroot_program program = {.envp = environment};

    if (strcmp(argv[1], "--user") == 0) {
        if (argc < 5 || !parse_user(argv[2], &program)) {
            (void)tutor_error(tutor,
                              "use: run --user UID[:GID] ROOT CMD [ARG…], in numbers");
            return 2;
        }
        program.change_user = true;
        argv += 2;
    }
    program.root = roots_path(tutor, argv[1]);
    program.argv = argv + 2;
    if (!program.root)
        return 1;
    roots_say_rootless(tutor);
    return inside_child(tutor, run_inside, &program);
}

/* --- attack ----------------------------------------------------------------------- */

static int attack(struct tutor *tutor, int argc, char **argv)
{
    const char *root = roots_path(tutor, argv[2]);

    (void)argc;
    if (!root)
        return 1;
    roots_say_rootless(tutor);
    return attacks_try(tutor, argv[1], root);
}

/* The names of the attacks and of the roots. */
static const char *const *attack_words(struct tutor *tutor)
{
    static const char *words[64];

    return tutor_join(words, 64, attacks_names, roots_names(tutor), NULL);
}

static const struct tutor_command commands[] = {
    {
        .name = "make-root",
        .arguments = "NAME",
        .help = "make a root directory with busybox in it",
        .details =
            "It is a copy of build/rootfs in a temporary directory, which is removed\n"
            "when the session ends.",
        .least = 1,
        .most = 1,
        .run = make_root,
    },
    {
        .name = "roots",
        .arguments = "",
        .help = "list the root directories of this session",
        .run = roots,
    },
    {
        .name = "look",
        .arguments = "ROOT [PATH]",
        .help = "look at a path from outside and from inside",
        .details =
            "ROOT is a name or a directory. PATH starts with /; without one it is /.\n"
            "A child goes inside with chroot_enter and looks; then the host looks at\n"
            "the child: /proc/PID/root and /proc/PID/cwd say where it is.",
        .least = 1,
        .most = 2,
        .completion = TUTOR_COMPLETE_WORDS,
        .words = roots_names,
        .run = look,
    },
    {
        .name = "enter",
        .arguments = "ROOT CMD [ARG…]",
        .help = "run a program behind chroot_enter, and nothing else",
        .details =
            "The program has the user, the groups and the descriptors that you have.",
        .least = 2,
        .most = -1,
        .completion = TUTOR_COMPLETE_WORDS,
        .words = roots_names,
        .run = enter,
    },
    {
        .name = "run",
        .arguments = "[--user UID[:GID]] ROOT CMD [ARG…]",
        .help = "run a program with chroot_run: all that the module has",
        .details =
            "Says the exit status when it is not 0, or which call failed, and why.",
        .least = 2,
        .most = -1,
        .completion = TUTOR_COMPLETE_WORDS,
        .words = roots_names,
        .run = run,
    },
    {
        .name = "attack",
        .arguments = "cwd|descriptor|groups|user|chroot ROOT",
        .help = "try a way out of a root, before and after it is closed",
        .details = "\"before\" closes the root as carelessly as most do at first, "
                   "\"after\" with\n"
                   "the functions of the module, yours or the reference's.",
        .least = 2,
        .most = 2,
        .completion = TUTOR_COMPLETE_WORDS,
        .words = attack_words,
        .run = attack,
    },
    {0},
};

TUTOR_LESSON(c02) = {
    .id = "c02-chroot",
    .commands = commands,
};
