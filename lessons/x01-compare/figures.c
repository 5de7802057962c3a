/* figures.c - predictions, and the figures of the claims: see figures.h.
 *
 * The figures come from build/mini-compare, the program behind `boxwork compare`, which writes
 * them to its stdout as JSON. The session keeps what it has seen.
 *
 * Read on: lessons/compare/compare.h.
 */
#define _GNU_SOURCE
#include "figures.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "works.h"

const struct topic topics[TOPICS] = {
    {"resources", "memory that a virtual machine takes, with its program", "vm-bytes-1",
     UNIT_BYTES, 1},
    {"isolation", "system calls of `ls` in a machine that the host's kernel sees",
     "vm-calls", UNIT_COUNT, 1},
    {"portability", "trials of four that the container passes", "container-runs",
     UNIT_COUNT, 1},
    {"boot", "a virtual machine, from its start to the end of `true`", "vm-ms", UNIT_TIME,
     1e6},
    {"hardware", "things that a machine needs and a container does not", "vm-needs",
     UNIT_COUNT, 1},
    {"scaling", "containers that are started and ended in a second", "container-rate",
     UNIT_COUNT, 1},
    {"security", "attacks of seven that reach the host from a container",
     "container-reached", UNIT_COUNT, 1},
    {"dependencies", "kernels under two containers", "container-kernels", UNIT_COUNT, 1},
    {"management", "files in an image that somebody keeps up to date", "files",
     UNIT_COUNT, 1},
    {"storage", "the image of a virtual machine, on disk", "vm-bytes", UNIT_BYTES, 1},
    {"backup", "what must be copied to have the container elsewhere", "container-bytes",
     UNIT_BYTES, 1},
    {"workflow", "from a changed line to its end in a virtual machine", "vm-ms",
     UNIT_TIME, 1e6},
    {"costs", "a page fault in a machine, against one in a process",
     "vm-page-fault-ratio", UNIT_TIMES, 1},
};

struct figures {
    bool begun;
    double predicted[TOPICS];
    json_t *claims[TOPICS], *place;
};

static void forget(void *state)
{
    struct figures *figures = state;
    for (size_t i = 0; i < TOPICS; i++)
        json_decref(figures->claims[i]);
    json_decref(figures->place);
}

/* Without memory for a page of state the tutor itself could not go on. */
static struct figures *state_of(struct tutor *tutor)
{
    struct figures *figures =
        tutor_state(tutor, "x01 figures", sizeof(struct figures), forget);
    if (!figures)
        abort();
    for (size_t i = 0; i < TOPICS && !figures->begun; i++)
        figures->predicted[i] = -1;
    figures->begun = true;
    return figures;
}

const char *const *figures_names(struct tutor *tutor)
{
    static const char *names[TOPICS + 1];
    (void)tutor;
    for (size_t i = 0; i < TOPICS; i++)
        names[i] = topics[i].name;
    return names;
}

const struct topic *figures_find(struct tutor *tutor, const char *name)
{
    char *end;
    long number = strtol(name, &end, 10);
    for (size_t i = 0; i < TOPICS; i++)
        if (strcmp(topics[i].name, name) == 0 ||
            (end != name && !*end && number == (long)i + 1))
            return &topics[i];
    (void)tutor_error(tutor, "%s: no such claim; `claims` lists them", name);
    return NULL;
}

double *figures_prediction(struct tutor *tutor, const struct topic *topic)
{
    return &state_of(tutor)->predicted[topic - topics];
}

json_t *figures_claim(struct tutor *tutor, const struct topic *topic)
{
    return state_of(tutor)->claims[topic - topics];
}

json_t *figures_place(struct tutor *tutor)
{
    return state_of(tutor)->place;
}

bool figures_value(json_t *claim, const struct topic *topic, double *value)
{
    const json_t *fact = json_object_get(json_object_get(claim, "facts"), topic->fact);
    *value = json_number_value(fact) * topic->scale;
    return json_is_number(fact);
}

/* --- values and units --------------------------------------------------------------- */

static const struct {
    const char *name;
    enum unit unit;
    double size;
} units[] = {
    {"ns", UNIT_TIME, 1},         {"us", UNIT_TIME, 1e3},
    {"ms", UNIT_TIME, 1e6},       {"s", UNIT_TIME, 1e9},
    {"min", UNIT_TIME, 60e9},     {"B", UNIT_BYTES, 1},
    {"KiB", UNIT_BYTES, 1 << 10}, {"MiB", UNIT_BYTES, 1 << 20},
    {"GiB", UNIT_BYTES, 1 << 30}, {"K", UNIT_BYTES, 1 << 10},
    {"M", UNIT_BYTES, 1 << 20},   {"G", UNIT_BYTES, 1 << 30},
    {"x", UNIT_TIMES, 1},         {"times", UNIT_TIMES, 1},
    {"", UNIT_TIMES, 1},          {"", UNIT_COUNT, 1},
};

bool figures_parse(const char *text, enum unit unit, double *value)
{
    char *end;
    *value = strtod(text, &end);
    if (end == text || !(*value >= 0) || *value > 1e12)
        return false;
    end += strspn(end, " ");
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (units[i].unit == unit && strcasecmp(units[i].name, end) == 0) {
            *value *= units[i].size;
            return true;
        }
    return false;
}

const char *figures_text(double value, enum unit unit)
{
    static char ring[8][32];
    static unsigned next;
    char *text = ring[next++ % 8];
    if (unit == UNIT_TIME)
        return works_time(value);
    if (unit == UNIT_BYTES) {
        bool big = value >= 1 << 30;
        double size = value / (big ? 1 << 30 : 1 << 20);
        (void)snprintf(text, sizeof *ring, "%.*f %s",
                       size < 10    ? 2
                       : size < 100 ? 1
                                    : 0,
                       size, big ? "GiB" : "MiB");
    } else {
        (void)snprintf(text, sizeof *ring, "%.3g%s", value,
                       unit == UNIT_TIMES ? " times" : "");
    }
    return text;
}

/* --- measuring ---------------------------------------------------------------------- */

/* Runs mini-compare with its stdout in OUTPUT. Returns its exit status, or -1 with errno. */
static int run(struct tutor *tutor, const char *names, int output)
{
    const char *program = tutor_path(tutor, "build/mini-compare");
    const char *parts = tutor_path(tutor, "build/compare");
    const char *top = tutor_path(tutor, ".");
    int status;
    if (!program || !parts || !top)
        return -1;
    char *argv[] = {(char *)program, "--parts",     (char *)parts, "--quick",
                    "--lessons",     (char *)names, NULL,          NULL};
    if (isatty(STDERR_FILENO))
        argv[6] = "--progress";
    (void)fflush(NULL); /* a child must not write what waits in our buffers */
    pid_t child = fork();
    if (child == 0) {
        if (chdir(top) == 0 && dup2(output, STDOUT_FILENO) != -1)
            execv(program, argv);
        _exit(127);
    }
    if (child == -1)
        return -1;
    /* Ctrl-C reaches it as well, and it clears up: so its end is waited for. */
    while (waitpid(child, &status, 0) == -1)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Keeps what is in the report REPORT. */
static void keep(struct figures *figures, json_t *report)
{
    size_t index;
    json_t *claim;
    json_array_foreach(json_object_get(report, "claims"), index, claim)
    {
        const char *id = json_string_value(json_object_get(claim, "id"));
        for (size_t i = 0; i < TOPICS && id; i++) {
            if (strcmp(topics[i].name, id) != 0)
                continue;
            json_decref(figures->claims[i]);
            figures->claims[i] = json_incref(claim);
        }
    }
    json_decref(figures->place);
    figures->place = json_incref(json_object_get(report, "place"));
}

int figures_measure(struct tutor *tutor, const struct topic *const *list, size_t count)
{
    char names[256] = "";
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(names);
        (void)snprintf(names + length, sizeof names - length, "%s%s", i ? "," : "",
                       list[i]->name); /* cut: a word that is not known */
    }
    if (geteuid() != 0 || access(tutor_path(tutor, "build/compare/vmlinuz"), R_OK) == -1)
        return tutor_error(tutor,
                           "%s: it takes root and build/compare: make build, then "
                           "build/boxwork open x01 --machine",
                           names);
    int output = memfd_create("figures", MFD_CLOEXEC);
    int status = output == -1 ? -1 : run(tutor, names, output);
    json_t *report = NULL;
    if (status == 0 && lseek(output, 0, SEEK_SET) == 0)
        report = json_loadfd(output, 0, NULL);
    int error = errno;
    if (output != -1)
        close(output);
    if (report) {
        keep(state_of(tutor), report);
        json_decref(report);
        return 0;
    }
    if (status == -1)
        return tutor_error(tutor, "build/mini-compare: %s", strerror(error));
    return tutor_interrupted(tutor)
               ? 130
               : tutor_error(tutor, "build/mini-compare ended with %d: make build",
                             status);
}
