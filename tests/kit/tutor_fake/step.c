/* step.c - the words of a lesson that only the tests of the tutor know.
 *
 * Included by the test programs, which become build/t01 of a tree in /tmp when they are
 * started under that name: see tutor_world.h.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tutor.h"

/* The module: one function, whose reference and whose learner's version the tree builds. */
int fake_add(int a, int b);

__asm__(".include \"lessons/tutor/trampoline.S.h\"\n"
        "SWITCH fake_add, t01-fake, 1.1, 10\n"
        ".text\n");

static int run_hello(struct tutor *tutor, int argc, char **argv)
{
    (void)tutor;
    printf("hello, %s\n", argc > 1 ? argv[1] : "you");
    return 0;
}

static int run_add(struct tutor *tutor, int argc, char **argv)
{
    (void)tutor;
    (void)argc;
    printf("%d\n", fake_add(atoi(argv[1]), atoi(argv[2])));
    return 0;
}

static int run_fail(struct tutor *tutor, int argc, char **argv)
{
    if (argc > 1)
        return tutor_error(tutor, "this failed: %s", argv[1]);
    return tutor_error(tutor, "this failed");
}

static int run_pid(struct tutor *tutor, int argc, char **argv)
{
    (void)tutor;
    (void)argc;
    (void)argv;
    printf("process %d\n", getpid());
    return 0;
}

static void note_end(void *state)
{
    int *count = state;
    FILE *file = fopen("destroyed", "w");

    if (file) {
        fprintf(file, "%d\n", *count);
        fclose(file);
    }
}

/* Counts how often it was called in this session. */
static int run_count(struct tutor *tutor, int argc, char **argv)
{
    int *count = tutor_state(tutor, "count", sizeof *count, note_end);

    (void)argc;
    (void)argv;
    if (!count)
        return tutor_error(tutor, "no memory");
    printf("count %d\n", ++*count);
    return 0;
}

/* Starts a process that leaves the session's process group and parent. */
static int run_daemon(struct tutor *tutor, int argc, char **argv)
{
    (void)tutor;
    (void)argc;
    (void)argv;
    pid_t child = fork();
    if (child == 0) {
        setsid();
        pid_t daemon = fork();
        if (daemon == 0) {
            signal(SIGTERM, SIG_IGN);
            for (;;)
                pause();
        }
        printf("daemon %d\n", daemon);
        fflush(stdout);
        _exit(0);
    }
    return child == -1 || waitpid(child, NULL, 0) != child;
}

/* Forgets to end its child: it returns like the parent. */
static int run_stray(struct tutor *tutor, int argc, char **argv)
{
    (void)tutor;
    (void)argc;
    (void)argv;
    pid_t child = fork();
    if (child > 0)
        while (waitpid(child, NULL, 0) == -1 && errno == EINTR)
            ;
    return 0;
}

static int run_wait(struct tutor *tutor, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    printf("waiting\n");
    while (!tutor_interrupted(tutor))
        usleep(10000); /* not pause(2): Ctrl-C could come right before it */
    printf("interrupted\n");
    return 0;
}

static int run_deaf(struct tutor *tutor, int argc, char **argv)
{
    (void)tutor;
    (void)argc;
    (void)argv;
    printf("deaf\n");
    for (;;)
        pause();
    return 0;
}

static int run_move(struct tutor *tutor, int argc, char **argv)
{
    (void)tutor;
    (void)argc;
    umask(0);
    signal(SIGINT, SIG_IGN);
    return chdir(argv[1]) != 0;
}

static int run_exit(struct tutor *tutor, int argc, char **argv)
{
    (void)tutor;
    (void)argc;
    (void)argv;
    exit(7);
}

static int run_screen(struct tutor *tutor, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    printf("%d columns, %s, %s\n", tutor_columns(tutor),
           tutor_colour(tutor) ? "colour" : "no colour",
           isatty(1) ? "terminal" : "no terminal");
    return 0;
}

static const char *const *colours(struct tutor *tutor)
{
    static const char *const words[] = {"green", "grey", "blue", NULL};

    (void)tutor;
    return words;
}

static int run_paint(struct tutor *tutor, int argc, char **argv)
{
    (void)tutor;
    (void)argc;
    printf("painted %s\n", argv[1]);
    return 0;
}

static const struct tutor_command commands[] = {
    {.name = "hello",
     .arguments = "[NAME]",
     .help = "say hello",
     .most = 1,
     .run = run_hello},
    {.name = "add",
     .arguments = "A B",
     .help = "add two numbers",
     .details = "By fake_add.",
     .least = 2,
     .most = 2,
     .run = run_add},
    {.name = "fail", .arguments = "[WHY]", .help = "fail", .most = 1, .run = run_fail},
    {.name = "pid", .arguments = "", .help = "show the process", .run = run_pid},
    {.name = "count", .arguments = "", .help = "count", .run = run_count},
    {.name = "daemon", .arguments = "", .help = "start a process", .run = run_daemon},
    {.name = "stray", .arguments = "", .help = "let a child return", .run = run_stray},
    {.name = "wait", .arguments = "", .help = "wait for Ctrl-C", .run = run_wait},
    {.name = "deaf", .arguments = "", .help = "ignore Ctrl-C", .run = run_deaf},
    {.name = "move",
     .arguments = "DIR",
     .help = "go away",
     .least = 1,
     .most = 1,
     .completion = TUTOR_COMPLETE_FILES,
     .run = run_move},
    {.name = "exit", .arguments = "", .help = "call exit(7)", .run = run_exit},
    {.name = "screen", .arguments = "", .help = "show the screen", .run = run_screen},
    {.name = "paint",
     .arguments = "COLOUR",
     .help = "paint",
     .least = 1,
     .most = 1,
     .completion = TUTOR_COMPLETE_WORDS,
     .words = colours,
     .run = run_paint},
    {0},
};

TUTOR_LESSON(t01) = {.id = "t01-fake", .commands = commands};
