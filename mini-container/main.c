/* main.c - the command line of mini-container.
 *
 * Each command is a row of a table: its name, what help says, and the function that runs it. A
 * command makes plain structs of its arguments and gives them to the modules, which are what
 * the lessons are about. Exit statuses are those of docker-run(1) and podman-run(1), but for
 * wrong usage, which is 2 as everywhere in this kit.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "chroot.h"
#include "rootless.h"
#include "whose.h"

/* Exit statuses; beside these, that of the command, or 128 + the signal that ended it. */
enum {
    EXIT_USAGE = 2,
    EXIT_OURS = 125,      /* mini-container itself failed */
    EXIT_NO_EXEC = 126,   /* the command cannot be executed */
    EXIT_NOT_FOUND = 127, /* the command does not exist */
};

struct command {
    const char *name;
    const char *arguments; /* as help shows them */
    const char *help;      /* one line */
    int (*run)(const struct command *command, int argc, char **argv); /* an exit status */
};

/* Prints "mini-container: MESSAGE" on stderr, and returns STATUS. */
static int fail(int status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static int fail(int status, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fputs("mini-container: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return status;
}

static int usage(const struct command *command)
{
    return fail(EXIT_USAGE, "%s: use: mini-container %s %s", command->name, command->name,
                command->arguments);
}

/* Reads a number at *AT that can be a user or a group, and moves *AT behind it. The last
 * number, -1, is none: setresuid(2) takes it for "as it is".
 */
static bool parse_id(const char **at, unsigned *id)
{
    char *end;
    unsigned long long number = strtoull(*at, &end, 10);
    bool good = **at >= '0' && **at <= '9' && number < (uid_t)-1;

    *id = number;
    *at = end;
    return good;
}

/* Reads "UID" or "UID:GID"; without a GID it is the same number. */
static bool parse_user(const char *text, uid_t *uid, gid_t *gid)
{
    if (!parse_id(&text, uid))
        return false;
    *gid = *uid;
    if (*text == ':' && (text++, !parse_id(&text, gid)))
        return false;
    return *text == '\0';
}

/* Says why CMD did not run in ROOTFS, and returns the exit status for it. */
static int run_failed(const struct chroot_program *program, const char *failed, int error)
{
    const char *why = strerror(error);

    if (strcmp(failed, "chroot_enter") == 0)
        return fail(EXIT_OURS, "%s: %s: ROOTFS must be a directory that you may search",
                    program->root, why);
    if (strcmp(failed, "chroot_become") == 0)
        return fail(EXIT_OURS, "--user %u:%u: %s: only root can become another user",
                    program->uid, program->gid, why);
    if (strcmp(failed, "execve") != 0)
        return fail(EXIT_OURS, "%s: %s", failed, why);
    if (error == ENOENT)
        return fail(
            EXIT_NOT_FOUND,
            "%s: %s: it, and the interpreter or loader that it names, must be in %s",
            program->argv[0], why, program->root);
    return fail(EXIT_NO_EXEC, "%s: %s: it must be a program that the user may execute",
                program->argv[0], why);
}

/* run: a program in a root of its own, as far as chroot goes (lesson c02). */
static int run(const struct command *command, int argc, char **argv)
{
    static const struct option options[] = {{"user", required_argument, NULL, 'u'}, {0}};
    char term[64] = "TERM=dumb";
    char *envp[] = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                    "HOME=/", term, NULL};
    struct chroot_program program = {.envp = envp};
    struct chroot_result result = {0};
    int option;

    while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1) {
        if (option != 'u')
            return usage(command);
        if (!parse_user(optarg, &program.uid, &program.gid))
            return fail(EXIT_USAGE, "--user %s: must be a number, or two: UID:GID",
                        optarg);
        program.change_user = true;
    }
    if (argc - optind < 2)
        return usage(command);
    program.root = argv[optind];
    program.argv = argv + optind + 1;
    if (getenv("TERM"))
        snprintf(term, sizeof term, "TERM=%s", getenv("TERM"));

    if (rootless_needed()) {
        fputs("mini-container: " ROOTLESS_SAYS, stderr);
        if (rootless_enter() == -1)
            return fail(
                EXIT_OURS,
                "user namespace: %s: this host keeps it from ordinary users; use sudo",
                strerror(errno));
    }
    if (chroot_run(&program, &result) == -1)
        return run_failed(&program, result.failed ? result.failed : "chroot_run", errno);
    return result.exit_status;
}

static const struct command commands[] = {
    {"run", "[--user UID[:GID]] ROOTFS CMD [ARG…]", "run CMD with ROOTFS as its root",
     run},
};

enum { COMMANDS = sizeof commands / sizeof *commands };

static int help(void)
{
    puts("mini-container - a container engine, as far as the lessons have come\n");
    for (const struct command *c = commands; c < commands + COMMANDS; c++)
        printf("mini-container %s %s\n    %s\n", c->name, c->arguments, c->help);
    puts("mini-container --help | --version\n"
         "    this text; the functions of the modules, and whose each of them is\n"
         "\n"
         "Exit status: that of CMD; 128 + the signal that ended it; 127 when CMD does "
         "not exist,\n"
         "126 when it cannot be executed, 125 when something else failed, 2 for wrong "
         "usage.");
    return EXIT_SUCCESS;
}

static int version(void)
{
    puts("mini-container");
    for (const char *const *line = whose; *line; line++)
        puts(*line);
    return EXIT_SUCCESS;
}

/* What was printed must have arrived: `--help > /dev/full` is a failure. */
static int printed(int status)
{
    if (fflush(stdout) == EOF)
        return fail(EXIT_OURS, "standard output: %s", strerror(errno));
    return status;
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";

    opterr = 0; /* commands say themselves what is wrong */
    if (strcmp(name, "--help") == 0)
        return printed(help());
    if (strcmp(name, "--version") == 0)
        return printed(version());
    for (const struct command *c = commands; c < commands + COMMANDS; c++) {
        if (strcmp(name, c->name) == 0)
            return c->run(c, argc - 1, argv + 1);
    }
    if (argc < 2)
        return fail(EXIT_USAGE, "what to do? see mini-container --help");
    return fail(EXIT_USAGE, "%s: no such command; see mini-container --help", name);
}
