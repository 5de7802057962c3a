/* main.c - the command line of mini-hypervisor.
 *
 * Each command is a row of a table: its name, what help says, and the function that
 * runs it. A command reads its arguments, and gives plain values to a file of its own
 * (real.c), which builds a machine from the modules that the lessons are about.
 *
 * Exit status: 0 the guest has halted or powered off, 1 something failed, 2 wrong
 * usage, 3 the guest asked for a restart, 128 + the number of the signal that stopped
 * us, as in a shell; a 64-bit program gives its own.
 */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "hypervisor.h"
#include "kernel.h"
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

static int usage(const struct command *command, const char *word, const char *wrong)
{
    return fail(EXIT_USAGE, "%s: %s: %s; see mini-hypervisor --help", command->name, word,
                wrong);
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

/* A kind of machine that `run` makes: which option names its file, and how much memory it
 * has when nobody says so. */
struct kind {
    const char *option;
    size_t memory;
    int (*run)(const struct kernel_options *options);
};

static int run_real(const struct kernel_options *options)
{
    const struct real_options real = {
        .file = options->file,
        .memory = options->memory,
        .seconds = options->seconds,
        .trace = options->trace,
        .stats = options->stats,
    };
    return real_run(&real);
}

/* run: a machine with a program in it, until the program ends. */
static int run(const struct command *command, int argc, char **argv)
{
    enum { REAL, ELF, KERNEL, INITRD, APPEND, MEMORY, TIMEOUT, TRACE, STATS };
    static const struct kind kinds[] = {
        [REAL] = {"--real", 1 << 20, run_real},
        [ELF] = {"--elf", 16 << 20, program_run},
        [KERNEL] = {"--kernel", 256 << 20, kernel_run},
    };
    static const struct option names[] = {
        {"real", required_argument, NULL, REAL},
        {"elf", required_argument, NULL, ELF},
        {"kernel", required_argument, NULL, KERNEL},
        {"initrd", required_argument, NULL, INITRD},
        {"append", required_argument, NULL, APPEND},
        {"memory", required_argument, NULL, MEMORY},
        {"timeout", required_argument, NULL, TIMEOUT},
        {"trace", required_argument, NULL, TRACE},
        {"stats", no_argument, NULL, STATS},
        {0},
    };
    struct kernel_options options = {0};
    const struct kind *kind = NULL;
    int option;

    while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
        switch (option) {
        case REAL:
        case ELF:
        case KERNEL:
            if (kind != NULL)
                return fail(EXIT_USAGE,
                            "%s: there is %s already: a machine has one of them",
                            kinds[option].option, kind->option);
            kind = &kinds[option];
            options.file = optarg;
            break;
        case INITRD:
            options.initrd = optarg;
            break;
        case APPEND:
            options.append = optarg;
            break;
        case MEMORY:
            if (!parse_size(optarg, &options.memory))
                return fail(EXIT_USAGE,
                            "--memory %s: must be a number of bytes, or of "
                            "K, M or G: 1M",
                            optarg);
            if (options.memory % REAL_PAGE != 0)
                return fail(EXIT_USAGE,
                            "--memory %s: must be a multiple of %d bytes, "
                            "the size of a page",
                            optarg, REAL_PAGE);
            break;
        case TIMEOUT:
            if (!parse_seconds(optarg, &options.seconds))
                return fail(EXIT_USAGE,
                            "--timeout %s: must be a number of seconds above "
                            "0",
                            optarg);
            break;
        case TRACE:
            if (strcmp(optarg, "exits") != 0)
                return fail(EXIT_USAGE, "--trace %s: must be exits", optarg);
            options.trace = true;
            break;
        case STATS:
            options.stats = true;
            break;
        default:
            if (isgraph(optopt)) /* of -it, optind may still point to what comes before */
                return fail(EXIT_USAGE,
                            "-%c: no such option: all are words; see "
                            "mini-hypervisor --help",
                            optopt);
            return usage(command, argv[optind - 1],
                         "no such option, or its value is missing");
        }
    }
    if (optind != argc)
        return usage(command, argv[optind], "there is no option before it");
    if (kind == NULL)
        return usage(command, "no FILE", "--real, --elf or --kernel names it");
    if (kind != &kinds[KERNEL] && (options.initrd != NULL || options.append != NULL))
        return fail(EXIT_USAGE, "--initrd and --append: for --kernel only");
    if (options.memory == 0)
        options.memory = kind->memory;
    return kind->run(&options);
}

static const struct command commands[] = {
    {"run",
     "--real FILE | --elf FILE | --kernel FILE\n"
     "        [--initrd FILE] [--append TEXT]\n"
     "        [--memory 256M] [--timeout S] [--trace exits] [--stats]",
     "--real runs FILE, a flat 16-bit program, at 0100:0000 until it halts. Its\n"
     "    serial line is standard input and output; the end of input reaches it as\n"
     "    byte 4.\n"
     "    --elf runs a 64-bit program until it exits by a call to its host.\n"
     "    --kernel boots a Linux kernel (bzImage or vmlinux) until it powers off. Its\n"
     "    serial line is standard input and output; on a terminal, Ctrl-] x leaves.\n"
     "    TEXT is its command line, else " KERNEL_COMMAND_LINE "\n"
     "    --trace says on standard error each exit, --stats at the end how many there\n"
     "    were, what time it took and what memory.",
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
         "Exit status: 0 the guest has halted or powered off, 1 something failed,\n"
         "2 wrong usage, 3 the guest asked for a restart, 128 + N stopped by signal N;\n"
         "--elf: what the program says.");
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
