/* main.c - the command line of mini-container.
 *
 * Each command is a row of a table: its name, what help says, and the function
 * that runs it. What a container is made of stands in steps.c; what options
 * there are, in options.c.
 */
#define _GNU_SOURCE
#include "chroot_way.h"
#include "container.h"
#include "rootless.h"
#include "whose.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct command {
    const char *name;
    const char *arguments;             /* as help shows them */
    const char *help;                  /* one line */
    int (*run)(int argc, char **argv); /* argv[0] is the name; returns an exit status */
    void (*more)(void);                /* prints more help; NULL for none */
};

static int help(void);

static int run(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return help();
    struct container_options options;
    int status = options_parse(&options, argc, argv);

    if (status == 0) {
        options.command_line = argv - 1;
        if (options.rootless && rootless_needed())
            fputs("mini-container: " ROOTLESS_SAYS, stderr);
        status = options.chroot ? chroot_way_run(&options) : container_run(&options);
    }
    options_free(&options);
    return status;
}

#ifdef BOXWORK_RED
/* For tests alone: the names of all steps. */
static int list_steps(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    for (const struct step *step = steps; step->name; step++)
        puts(step->name);
    return EXIT_SUCCESS;
}
#endif

static const struct command commands[] = {
#ifdef BOXWORK_RED
    {"steps", "", "print the names of all steps", list_steps, NULL},
#endif
    {"run", "[OPTION…] ROOTFS CMD [ARG…]", "run CMD in a container with the root ROOTFS",
     run, options_print_help},
};

enum { COMMANDS = sizeof commands / sizeof *commands };

static int help(void)
{
    puts("mini-container - a container engine made of the modules of the "
         "lessons\n");
    for (const struct command *c = commands; c < commands + COMMANDS; c++) {
        printf("mini-container %s %s\n    %s\n", c->name, c->arguments, c->help);
        if (c->more)
            c->more();
    }
    puts("mini-container --help | --version\n"
         "    this text; the functions of the modules, and whose each of them is\n"
         "\n"
         "Exit status: that of CMD; 128 + the signal that ended it; 127 when CMD does\n"
         "not exist, 126 when it cannot be executed, 125 when something else failed,\n"
         "124 when the time was up, 2 for wrong usage.");
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

    if (strcmp(name, "--help") == 0)
        return printed(help());
    if (strcmp(name, "--version") == 0)
        return printed(version());
    for (const struct command *c = commands; c < commands + COMMANDS; c++) {
        if (strcmp(name, c->name) == 0)
            return c->run(argc - 1, argv + 1);
    }
    if (argc < 2)
        return fail(EXIT_USAGE, "what to do? see mini-container --help");
    return fail(EXIT_USAGE, "%s: no such command; see mini-container --help", name);
}
