/* main.c - boxwork, the course tool: one table of commands, and what reads a command line by
 * it.
 *
 * Help, options and completion come from the table, so they cannot disagree with it. What a
 * command does stands in a file of its own.
 */
#define _GNU_SOURCE
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "course.h"
#include "render.h"

/* Where a lesson runs, for the commands that run one. */
/* clang-format off */
#define OPTION_HERE {"here", NULL, "run on this host, whatever it lacks"}
#define OPTION_MACHINE {"machine", NULL, "run in the lab machine"}
/* clang-format on */

const struct course_command course_commands[] = {
    {
        .name = "lessons",
        .help = "the map, with your points and steps",
        .details =
            "A lesson may be named by its number (c02), its folder (c02-chroot) or a\n"
            "part of its name (chroot).\n",
        .run = run_lessons,
    },
    {
        .name = "learn",
        .help = "the map, then the first unfinished lesson",
        .details =
            "This is what `make learn` does. The lesson is as `boxwork open` opens it;\n"
            "type quit, or press Ctrl-D, to leave.\n",
        .options = {OPTION_HERE, OPTION_MACHINE},
        .run = run_learn,
    },
    {
        .name = "open",
        .arguments = "LESSON",
        .help = "open a lesson: its page and its live session",
        .details =
            "Builds the program of the lesson when that is needed. It runs in the lab\n"
            "machine when this host lacks what the lesson needs, or when you are root\n"
            "and have begun the lab: your own code does not run as root on the host.\n",
        .options = {OPTION_HERE, OPTION_MACHINE},
        .least = 1,
        .most = 1,
        .argument = ARGUMENT_LESSON,
        .run = run_open,
    },
    {
        .name = "play",
        .arguments = "LESSON",
        .help = "let the page of a lesson type itself",
        .details =
            "Exit status: 0 every output was what the page says, 1 one was not, 3 it\n"
            "could not run.\n",
        .options = {OPTION_HERE, OPTION_MACHINE},
        .least = 1,
        .most = 1,
        .argument = ARGUMENT_LESSON,
        .run = run_play,
    },
    {
        .name = "check",
        .arguments = "LESSON",
        .help = "grade your lab",
        .details =
            "Builds your module and tries each of its functions in a sandbox. Points "
            "are\n"
            "noted when it was your own lab that was graded.\n"
            "Exit status: 0 all points, 1 not all, 2 wrong usage, 3 it could not run.\n",
        .options = {{"format", "WORD", "text, json, tap or junit"},
                    {"output", "FILE", "write the report to FILE"},
                    {"module", "PATH", "grade this folder of C files, or this C file"},
                    {"function", "NAME",
                     "only this function of the lab; notes no points"},
                    {"absent-is-reference", NULL,
                     "what the module does not define is no mistake"},
                    OPTION_HERE,
                    OPTION_MACHINE,
                    {"built", "DIR", "grade the programs that are built in DIR already"}},
        .least = 1,
        .most = 1,
        .argument = ARGUMENT_LESSON,
        .run = run_check,
    },
    {
        .name = "watch",
        .arguments = "LESSON",
        .help = "grade your lab again at every save",
        .details = "Shows what changed since the last time. Ctrl-C ends it.\n",
        .least = 1,
        .most = 1,
        .argument = ARGUMENT_LESSON,
        .run = run_watch,
    },
    {
        .name = "status",
        .arguments = "[LESSON]",
        .help = "whose function is whose, and the points",
        .most = 1,
        .argument = ARGUMENT_LESSON,
        .run = run_status,
    },
    {
        .name = "hint",
        .arguments = "LESSON [FUNCTION]",
        .help = "the next hint for a function of the lab",
        .details = "Without FUNCTION: for the first one that is not written yet. Hints "
                   "open one\n"
                   "at a time; those that are open stay open.\n",
        .least = 1,
        .most = 2,
        .argument = ARGUMENT_LESSON,
        .run = run_hint,
    },
    {
        .name = "reset",
        .arguments = "LESSON",
        .help = "put a lab back, keeping a copy of yours",
        .details =
            "Your files are kept beside it as FILE.c.YYYYMMDD-HHMMSS; how to undo it is\n"
            "said. A lab that was not changed is left as it is.\n",
        .least = 1,
        .most = 1,
        .argument = ARGUMENT_LESSON,
        .run = run_reset,
    },
    {
        .name = "doctor",
        .help = "what this host offers, where each lesson runs",
        .details = "Everything is tried, in a child with a time limit: namespaces are "
                   "made, small\n"
                   "guests run.\n",
        .options = {{"format", "WORD", "text or json"}},
        .run = run_doctor,
    },
    {
        .name = "compare",
        .help = "measure a process, a container, a machine",
        .details =
            "Runs the same work as a process, in mini-container and in mini-hypervisor, "
            "in\n"
            "turn and many times: on this host where both run, else all of it in the "
            "lab\n"
            "machine. PARTS are names or numbers: resources, isolation, portability, "
            "boot,\n"
            "hardware, scaling, security, dependencies, management, storage, backup,\n"
            "workflow, costs.\n"
            "Exit status: 0 measured, 1 something failed, 2 wrong usage, 3 it could not "
            "run.\n",
        .options = {{"quick", NULL, "fewer times: under a minute"},
                    {"lessons", "PARTS", "only these, between commas"},
                    {"mine", NULL, "with your own functions, as far as they are written"},
                    {"short", NULL, "print each claim and its verdict, not the figures"},
                    {"json", "FILE", "write the figures to FILE"},
                    {"html", "FILE", "write a page with charts to FILE"},
                    OPTION_HERE,
                    OPTION_MACHINE},
        .run = run_compare,
    },
    {
        .name = "export",
        .arguments = "FILE",
        .help = "write your progress to FILE (- is stdout)",
        .least = 1,
        .most = 1,
        .argument = ARGUMENT_FILE,
        .run = run_export,
    },
    {
        .name = "import",
        .arguments = "FILE",
        .help = "replace your progress by FILE, keeping a copy",
        .least = 1,
        .most = 1,
        .argument = ARGUMENT_FILE,
        .run = run_import,
    },
    {
        .name = "machine",
        .arguments = "[OPTION…] [--] [CMD ARG…]",
        .help = "a shell, or a command, in the lab machine",
        .details =
            "The exit status is the command's; 240 to 249 are faults of the machine.\n",
        .options = {{"timeout", "SECONDS", "end it after that time"},
                    {"memory", "MIB", "its memory, else 1024"},
                    {"cpus", "N", "its processors, else 2 on KVM, 1 emulated"},
                    {"out", "DIR", "bring this folder back"},
                    {"tcg", NULL, "emulate the processor"},
                    {"kvm", NULL, "use KVM, without trying first whether it works"},
                    {"verbose", NULL, "say what is used, and show the kernel's log"}},
        .most = -1,
        .raw = true,
        .run = run_machine,
    },
    {
        .name = "help",
        .arguments = "[COMMAND]",
        .help = "the same as COMMAND --help",
        .most = 1,
        .argument = ARGUMENT_COMMAND,
        .run = run_help,
    },
    {
        /* For a session, on the host or in the lab machine, whose `use mine` wants the
         * learner's module anew. */
        .name = "build",
        .arguments = "LESSON",
        .help = "build your module of a lesson, where a session can load it",
        .least = 1,
        .most = 1,
        .argument = ARGUMENT_LESSON,
        .hidden = true,
        .run = run_build,
    },
    {
        /* For completion.bash: the words that may stand behind those that are typed. */
        .name = "complete",
        .arguments = "[WORD…]",
        .help = "what may be typed next, one a line",
        .most = -1,
        .raw = true,
        .hidden = true,
        .run = run_complete,
    },
    {.name = NULL},
};

const struct course_command *command_named(const char *name)
{
    for (const struct course_command *c = course_commands; c->name != NULL; c++)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}

/* --- messages ------------------------------------------------------------------------------ */

/* On a terminal it is broken at blanks; elsewhere it stays a line. TAIL ends it. */
static void say(const struct course *course, const char *format, va_list arguments,
                const char *tail)
{
    char text[4096], *line = NULL;
    (void)vsnprintf(text, sizeof text, format, arguments); /* a longer one is cut */
    if (asprintf(&line, "boxwork: %s%s%s%s", course->command ? course->command : "",
                 course->command ? ": " : "", text, tail) == -1)
        line = NULL;
    if (line == NULL)
        fputs("boxwork: no memory\n", stderr);
    else if (isatty(STDERR_FILENO))
        render_wrapped(stderr, course->columns, 0, line);
    else
        fprintf(stderr, "%s\n", line);
    free(line);
}

int course_error(const struct course *course, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(course, format, arguments, "");
    va_end(arguments);
    return STATUS_FAILED;
}

int course_usage(const struct course *course, const char *format, ...)
{
    va_list arguments;
    char tail[128];
    (void)snprintf(tail, sizeof tail, ": see `boxwork %s%s--help`",
                   course->command ? course->command : "", course->command ? " " : "");
    va_start(arguments, format);
    say(course, format, arguments, tail);
    va_end(arguments);
    return STATUS_USAGE;
}

/* --- reading a command line -------------------------------------------------------------- */

const char *option(const struct invocation *typed, const char *name)
{
    for (size_t i = 0; i < OPTIONS_MOST && typed->command->options[i].name != NULL; i++)
        if (strcmp(typed->command->options[i].name, name) == 0)
            return typed->values[i];
    return NULL;
}

/* Fills in the options and leaves the arguments in argv. Returns 0, or STATUS_USAGE. HELP is
 * set when --help stands among them. */
static int read_options(const struct course *course, struct invocation *typed, bool *help)
{
    struct option longs[OPTIONS_MOST + 2];
    const struct course_option *options = typed->command->options;
    int n = 0, found, index = 0;
    for (; n < OPTIONS_MOST && options[n].name != NULL; n++)
        longs[n] = (struct option){options[n].name,
                                   options[n].argument ? required_argument : no_argument,
                                   NULL, 0};
    longs[n] = (struct option){"help", no_argument, NULL, 'h'};
    longs[n + 1] = (struct option){NULL, 0, NULL, 0};
    opterr = 0;
    while ((found = getopt_long(typed->argc, typed->argv, ":h", longs, &index)) != -1) {
        if (found == 'h') {
            *help = true;
            return 0;
        }
        if (found == ':')
            return course_usage(course, "%s: its value is missing",
                                typed->argv[optind - 1]);
        if (found == '?')
            return course_usage(course, "%s: no such option", typed->argv[optind - 1]);
        typed->values[index] = optarg != NULL ? optarg : "";
    }
    typed->argc -= optind;
    typed->argv += optind;
    return 0;
}

static int check_arguments(const struct course *course, const struct invocation *typed)
{
    const struct course_command *command = typed->command;
    if (typed->argc < command->least)
        return course_usage(course, "%s is missing", command->arguments);
    if (command->most >= 0 && typed->argc > command->most)
        return course_usage(course, "%s: one argument too many",
                            typed->argv[command->most]);
    return 0;
}

static int run_command(struct course *course, const struct course_command *command,
                       int argc, char **argv)
{
    struct invocation typed = {.command = command, .argc = argc, .argv = argv};
    bool help = false;
    int status = 0;
    course->command = command->name;
    if (command->raw) {
        help = argc == 2 && strcmp(argv[1], "--help") == 0;
    } else {
        status = read_options(course, &typed, &help);
        if (status == 0 && !help)
            status = check_arguments(course, &typed);
    }
    if (status != 0)
        return status;
    if (help) {
        char *words[] = {(char *)command->name, NULL};
        struct invocation asked = {.command = command, .argc = 1, .argv = words};
        return run_help(course, &asked);
    }
    return command->run(course, &typed);
}

static int unknown_command(const struct course *course, const char *name)
{
    const struct course_command *meant = NULL;
    size_t best = 2;
    for (const struct course_command *c = course_commands; c->name != NULL; c++) {
        size_t distance = word_distance(name, c->name);
        if (!c->hidden && distance <= best && (meant == NULL || distance < best)) {
            best = distance;
            meant = c;
        }
    }
    if (meant != NULL)
        return course_usage(course, "%s: no such command: %s, perhaps", name,
                            meant->name);
    return course_usage(course, "%s: no such command", name);
}

static int run(struct course *course, int argc, char **argv)
{
    struct invocation none = {.argc = 0};
    if (argc < 2)
        return run_default(course, &none);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return run_help(course, &none);
    if (strcmp(argv[1], "--version") == 0) {
        puts("boxwork 0.1");
        return STATUS_OK;
    }
    if (argv[1][0] == '-')
        return course_usage(course, "%s: no such option", argv[1]);
    const struct course_command *command = command_named(argv[1]);
    if (command == NULL)
        return unknown_command(course, argv[1]);
    return run_command(course, command, argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
    struct course course;
    if (course_open(&course) == -1)
        return STATUS_FAILED;
    int status = run(&course, argc, argv);
    course_close(&course);
    if (fflush(stdout) == EOF && status == STATUS_OK) {
        perror("boxwork: stdout");
        return STATUS_FAILED;
    }
    return status;
}
