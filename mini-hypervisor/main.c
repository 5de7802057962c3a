/* main.c - the command line of mini-hypervisor.
 *
 * Each command is a row of a table: its name, what help says, and the function that
 * runs it. A command reads its arguments, and gives plain values to a file of its own
 * (real.c), which builds a machine from the modules that the lessons are about.
 *
 * Exit status: 0 the guest has halted, 1 something failed, 2 wrong usage, 128 + the
 * number of the signal that stopped us, as in a shell.
 */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "hypervisor.h"
#include "whose.h"

struct command {
    const char *name;
    const char *arguments; /* as help shows them */
    const char *help;      /* what it does; lines that follow are indented by four */
    int (*run)(const struct command *command, int argc, char **argv); /* exit status */
};

int fail(int status, const char *format, ...)
{
    va_list arguments;

    fflush(stdout); /* what the guest said comes first; main() looks whether it arrived */
    va_start(arguments, format);
    fputs("mini-hypervisor: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return status;
}

static int usage(const struct command *command)
{
    return fail(EXIT_USAGE, "%s: use: mini-hypervisor %s %s", command->name,
                command->name, command->arguments);
}

/* Reads "1048576", "1024K", "1M" or "2G". False when it is something else, or 0. */
static bool parse_size(const char *text, size_t *size)
{
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    unsigned shift = *end == 'K' ? 10 : *end == 'M' ? 20 : *end == 'G' ? 30 : 0;

    if (shift != 0)
        end++;
    *size = (size_t)number << shift;
    return *text >= '0' && *text <= '9' && errno == 0 && *end == '\0' && number != 0 &&
           *size >> shift == number;
}

/* Reads a number of seconds, "2" or "0.5". */
static bool parse_seconds(const char *text, double *seconds)
{
    char *end;

    *seconds = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*seconds) && *seconds > 0 &&
           *seconds <= 1e6;
}

/* run: a machine with a program in it, until the program halts. */
static int run(const struct command *command, int argc, char **argv)
{
    enum { REAL = 1, MEMORY, TIMEOUT, STATS };
    static const struct option options[] = {
        {"real", required_argument, NULL, REAL},
        {"memory", required_argument, NULL, MEMORY},
        {"timeout", required_argument, NULL, TIMEOUT},
        {"stats", no_argument, NULL, STATS},
        {0},
    };
    struct real_options real = {.memory = 1 << 20};
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case REAL:
            real.file = optarg;
            break;
        case MEMORY:
            if (!parse_size(optarg, &real.memory))
                return fail(EXIT_USAGE,
                            "--memory %s: must be a number of bytes, or of "
                            "K, M or G: 1M",
                            optarg);
            if (real.memory % REAL_PAGE != 0)
                return fail(EXIT_USAGE,
                            "--memory %s: must be a multiple of %d bytes, "
                            "the size of a page",
                            optarg, REAL_PAGE);
            break;
        case TIMEOUT:
            if (!parse_seconds(optarg, &real.seconds))
                return fail(EXIT_USAGE,
                            "--timeout %s: must be a number of seconds above "
                            "0",
                            optarg);
            break;
        case STATS:
            real.stats = true;
            break;
        default:
            return usage(command);
        }
    }
    if (real.file == NULL || optind != argc)
        return usage(command);
    return real_run(&real);
}

static const struct command commands[] = {
    {"run", "--real FILE [--memory 1M] [--timeout S] [--stats]",
     "run FILE, a flat 16-bit program, at 0100:0000 until it halts. Its serial line is\n"
     "    standard input and output; the end of input reaches it as byte 4. --stats "
     "says\n"
     "    on standard error how many exits of each kind there were.",
     run},
};

enum { COMMANDS = sizeof commands / sizeof *commands };

static int help(void)
{
    puts("mini-hypervisor - a hypervisor, as far as the lessons have come\n");
    for (const struct command *c = commands; c < commands + COMMANDS; c++)
        printf("mini-hypervisor %s %s\n    %s\n", c->name, c->arguments, c->help);
    puts("mini-hypervisor --help | --version\n"
         "    this text; the functions of the modules, and whose each of them is\n"
         "\n"
         "Exit status: 0 the guest has halted, 1 something failed, 2 wrong usage, 128 + "
         "N\nstopped by signal N.");
    return EXIT_SUCCESS;
}

static int version(void)
{
    puts("mini-hypervisor");
    for (const char *const *line = whose; *line; line++)
        puts(*line);
    return EXIT_SUCCESS;
}

static int command_line(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";

    opterr = 0; /* commands say themselves what is wrong */
    if (strcmp(name, "--help") == 0)
        return help();
    if (strcmp(name, "--version") == 0)
        return version();
    for (const struct command *c = commands; c < commands + COMMANDS; c++) {
        if (strcmp(name, c->name) == 0)
            return c->run(c, argc - 1, argv + 1);
    }
    if (argc < 2)
        return fail(EXIT_USAGE, "what to do? see mini-hypervisor --help");
    return fail(EXIT_USAGE, "%s: no such command; see mini-hypervisor --help", name);
}

int main(int argc, char **argv)
{
    int status = command_line(argc, argv);

    /* What was printed must have arrived: `--help > /dev/full` is a failure. */
    if (fflush(stdout) == EOF || ferror(stdout))
        return fail(EXIT_FAILURE, "standard output: %s", strerror(errno));
    return status;
}
