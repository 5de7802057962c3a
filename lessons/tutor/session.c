/* session.c - a session from its start to its end: the program behind build/c02.
 *
 * Three ways to run: without arguments it is a REPL (or a script, when stdin is no terminal),
 * with -f FILE a script, with words one command of the lesson. A REPL and a script have a
 * keeper beside them (supervise.h) and stand in the top of the tree, because that is where the
 * paths on the page start; one command runs where it is called, with its own stdin and
 * stdout.
 *
 * Read on: session.h for the parts; execute.c for what happens to a line.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>
#include "cgroup.h"
#include "directory.h"
#include "session.h"
#include "switchboard.h"

/* What is to be done, from the command line. */
struct plan {
    const char *script; /* -f FILE */
    int script_input;   /* opened, since its path starts where we are called */
    int argc;           /* words of one command */
    char **argv;
    bool help, version;
};

/* exit(3) may be called by a command; what it left open is ended all the same. */
static struct tutor *ending;

static const char *name_of(const struct tutor *tutor)
{
    return strrchr(tutor->program, '/') + 1;
}

/* --- where we are ---------------------------------------------------------------------- */

/* The tree is the first folder above the program that has the sources of the lessons;
 * build/ has a lessons/ as well, of objects. */
static int find_tree(struct tutor *tutor)
{
    char path[4096], probe[sizeof path + 32];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);

    if (length == -1) {
        fprintf(stderr, "/proc/self/exe: %s: /proc must be mounted\n", strerror(errno));
        return -1;
    }
    path[length] = '\0';
    tutor->program = strdup(path);
    for (char *slash; tutor->program && (slash = strrchr(path, '/')) != NULL;) {
        *slash = '\0';
        snprintf(probe, sizeof probe, "%s/lessons/tutor/tutor.h", path);
        if (access(probe, F_OK) == 0) {
            tutor->top = strdup(path);
            return tutor->top ? 0 : -1;
        }
    }
    fprintf(stderr,
            "%s: no folder above it has lessons/: run it in the tree that it was "
            "built in\n",
            tutor->program ? tutor->program : "the program");
    return -1;
}

static bool shows_colour(void)
{
    const char *no_colour = getenv("NO_COLOR"), *terminal = getenv("TERM");

    return isatty(STDOUT_FILENO) && !(no_colour && *no_colour) &&
           !(terminal && !strcmp(terminal, "dumb"));
}

/* Pages are UTF-8, and so is what readline edits; in a locale that is not, C.UTF-8 is taken. */
static void choose_locale(void)
{
    if (!setlocale(LC_CTYPE, "") || strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        (void)setlocale(LC_CTYPE,
                        "C.UTF-8"); /* where that is missing, letters are bytes */
}

/* --- the command line -------------------------------------------------------------------- */

/* Returns 0, or an exit status when something is wrong. */
static int parse(const struct tutor *tutor, int argc, char **argv, struct plan *plan)
{
    if (argc < 2)
        return 0;
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
        plan->help = true;
    } else if (!strcmp(argv[1], "--version")) {
        plan->version = true;
    } else if (!strcmp(argv[1], "-f")) {
        if (argc != 3) {
            fprintf(stderr, "usage: %s -f FILE\n", name_of(tutor));
            return 2;
        }
        plan->script = argv[2];
        plan->script_input = open(argv[2], O_RDONLY | O_CLOEXEC);
        if (plan->script_input == -1) {
            fprintf(stderr, "%s: %s: %s\n", name_of(tutor), argv[2], strerror(errno));
            return EXIT_FAILURE;
        }
    } else if (argv[1][0] == '-') {
        fprintf(stderr,
                "%s: %s: there is no such option: `%s --help` shows what there is\n",
                name_of(tutor), argv[1], name_of(tutor));
        return 2;
    } else {
        plan->argc = argc - 1;
        plan->argv = argv + 1;
    }
    return 0;
}

static int show_help(struct tutor *tutor)
{
    const char *name = name_of(tutor);

    printf("usage: %s             the guided session of %s\n"
           "       %s -f FILE     run the lines of a file (or of stdin)\n"
           "       %s WORD ...    run one command\n\n",
           name, tutor->lesson, name, name);
    return word_help(tutor, 1, NULL);
}

/* --- a session ----------------------------------------------------------------------------- */

static int end_states(void *context)
{
    state_end(context);
    return 0;
}

static void at_exit(void)
{
    struct tutor *tutor = ending;

    ending = NULL;
    if (!tutor || !guard_is_session())
        return;
    (void)guard_run(end_states, tutor); /* it ends here, whatever happens in there */
    cgroup_end(tutor->cgroup);          /* the keeper ends those that it knows of */
    directory_remove(tutor->directory);
}

static void run_line(struct tutor *tutor, const char *line)
{
    const char *shown;
    const char *word = line + strspn(line, " \t");
    const char *prompt = tutor->page ? tutor->page->prompt : "";

    /* Who copies a line from the page copies its prompt, too. */
    if (*prompt && strncmp(word, prompt, strlen(prompt)) == 0)
        word += strlen(prompt);
    if (*word == '\0' || *word == '#')
        return;
    /* `do` notes its own line */
    int status = execute_line(tutor, word, false, &shown);
    if (status != 0)
        tutor->failed = true;
    if (*shown || strncmp(word, "do", 2) != 0)
        guide_note(tutor, word, shown);
}

static void read_lines(struct tutor *tutor)
{
    char prompt[64];
    char *line;

    snprintf(prompt, sizeof prompt, "%.*s> ", (int)strcspn(tutor->lesson, "-"),
             tutor->lesson);
    while (!tutor->leaving && (line = input_line(tutor, prompt, true)) != NULL) {
        run_line(tutor, line);
        free(line);
    }
    if (tutor->terminal && !tutor->leaving)
        putchar('\n'); /* Ctrl-D leaves the cursor behind the prompt */
}

static int run_session(struct tutor *tutor, const struct plan *plan)
{
    tutor->terminal = !plan->script && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    tutor->input = STDIN_FILENO;
    if (plan->script)
        tutor->input = plan->script_input;
    guide_start(tutor);
    input_start(tutor);
    if (tutor->terminal)
        guide_welcome(tutor);
    read_lines(tutor);
    input_end(tutor);
    return tutor->failed && !tutor->terminal ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int run_play(struct tutor *tutor, const struct plan *plan)
{
    tutor->plays = true;
    tutor->keeps_notes = false;
    guide_start(tutor);
    return execute_words(tutor, plan->argc, plan->argv);
}

static int run_words(struct tutor *tutor, const struct plan *plan)
{
    const struct tutor_command *command = command_find(plan->argv[0]);

    tutor->input = STDIN_FILENO;
    tutor->terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    if (command && command_is_guide(command))
        guide_start(tutor);
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) == -1)
        perror("prctl");
    return execute_words(tutor, plan->argc, plan->argv);
}

/* A result that could not be written (a full disk) is no success. */
static int check_output(const struct tutor *tutor, int status)
{
    bool lost = fflush(stdout) == EOF || ferror(stdout);

    if (!lost || status != 0 || guard_leaving())
        return status;
    fprintf(stderr, "%s: stdout: it could not be written\n", name_of(tutor));
    return EXIT_FAILURE;
}

/* Ends what the session made, and what it has started. */
static int say_goodbye(struct tutor *tutor, int status)
{
    struct supervise *supervise = &tutor->capture.supervise;

    at_exit();
    guide_end(tutor);
    status = check_output(tutor, status);
    if (tutor->captures)
        supervise->shared->goodbye = true;
    /* The keeper would do all this once more, for a session that was killed. But it may be killed
     * itself at this very moment, so what can be done is done here. */
    supervise_reap();
    if (tutor->captures) {
        cgroup_end(supervise->shared->cgroup);
        directory_remove(supervise->shared->directory);
    }
    if (guard_leaving() && status == 0)
        status = 128 + 15; /* SIGTERM or its like */
    free(tutor->top);
    free(tutor->program);
    return status;
}

static int run(struct tutor *tutor, const struct plan *plan)
{
    bool play = plan->argc > 0 && !strcmp(plan->argv[0], "play");
    int status;

    if (switch_start() == -1) {
        fprintf(stderr, "%s: %s\n", name_of(tutor), switch_error());
        return EXIT_FAILURE;
    }
    (void)setvbuf(stdout, NULL, _IOLBF, 0); /* a child must not inherit half a page */
    tutor->captures = plan->argc == 0 || play;
    if (tutor->captures &&
        (chdir(tutor->top) == -1 || capture_start(&tutor->capture) == -1)) {
        fprintf(stderr, "%s: the session cannot start: %s\n", name_of(tutor),
                strerror(errno));
        return EXIT_FAILURE;
    }
    if (guard_start() == -1) {
        fprintf(stderr, "%s: the session cannot start: %s\n", name_of(tutor),
                strerror(errno));
        return EXIT_FAILURE;
    }
    ending = tutor;
    if (atexit(at_exit) != 0)
        perror("atexit");
    if (play)
        status = run_play(tutor, plan);
    else if (plan->argc > 0)
        status = run_words(tutor, plan);
    else
        status = run_session(tutor, plan);
    return say_goodbye(tutor, status);
}

int tutor_main(int argc, char **argv)
{
    struct tutor tutor = {.keeps_notes = true};
    struct plan plan = {0};

    choose_locale();
    if (find_tree(&tutor) == -1)
        return EXIT_FAILURE;
    tutor.lesson = command_lesson(name_of(&tutor));
    if (!tutor.lesson) {
        fprintf(stderr, "%s: it holds no lesson: `make build` makes it\n",
                name_of(&tutor));
        return EXIT_FAILURE;
    }
    tutor.colour = shows_colour();
    int wrong = parse(&tutor, argc, argv, &plan);
    if (wrong)
        return wrong;
    if (plan.help)
        return check_output(&tutor, show_help(&tutor));
    if (plan.version) {
        printf("%s: lesson %s of Boxwork\n", name_of(&tutor), tutor.lesson);
        return EXIT_SUCCESS;
    }
    return run(&tutor, &plan);
}
