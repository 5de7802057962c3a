/* compare.c - `boxwork compare`: builds what is compared, has it measured where both engines run,
 * and writes the report.
 *
 * mini-compare (lessons/compare) measures, on this host or in the lab machine, and never in
 * both. Its figures come back on its standard output, which is a memory file here, so that
 * nothing lies around when it is interrupted. gnuplot and the page are the host's business.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "comparing.h"
#include "report/report.h"
#include "machine.h"
#include "run.h"
#include "where.h"

/* What both engines need, in the words of `needs:`. */
#define NEEDS "root namespaces seccomp cgroup2 kvm-kernel"

/* --- building ------------------------------------------------------------------------------ */

/* Makes the engines, mini-compare and what they run. With --mine they are linked with the
 * learner's functions, beside the products that are there. */
static int build(const struct comparing *comparing)
{
    static const char *const mine[] = {"FROM=labs",
                                       "INTO=build/mine",
                                       "build/mine/mini-container",
                                       "build/mine/mini-hypervisor",
                                       "build/mine/mini-compare",
                                       "build/mine/compare/.made",
                                       NULL};
    static const char *const reference[] = {"build/mini-container",
                                            "build/mini-hypervisor", "build/mini-compare",
                                            "build/compare/.made", NULL};
    int status = course_make(comparing->course,
                             comparing_asked(comparing, "mine") ? mine : reference,
                             comparing_asked(comparing, "mine"));
    if (status > 0)
        return course_error(comparing->course,
                            comparing_asked(comparing, "mine")
                                ? "your labs do not build: make FROM=labs"
                                : "it does not build: make");
    return status == 0 ? STATUS_OK : STATUS_FAILED;
}

/* Whether mini-compare knows the words of --lessons: it says itself what it does not know. */
static int check_words(const struct comparing *comparing)
{
    char *program = course_path(comparing->course, "%s/mini-compare", comparing->into);
    const char *words = option(comparing->typed, "lessons");
    char *argv[] = {program, "--lessons", (char *)words, "--list", NULL};
    int status;
    char *output =
        words != NULL ? run_output(comparing->course->top, argv, &status) : NULL;
    free(program);
    bool some = words != NULL && words[strspn(words, ", ")] != '\0';
    if (words == NULL || (output != NULL && status == 0 && some)) {
        free(output);
        return STATUS_OK;
    }
    free(output);
    return course_usage(
        comparing->course,
        "--lessons %s: they are the names or numbers of parts, between commas", words);
}

/* --- where --------------------------------------------------------------------------------- */

/* Decides, or ends with a status. */
static int decide(struct comparing *comparing)
{
    struct course *course = comparing->course;
    bool here = comparing_asked(comparing, "here"),
         machine = comparing_asked(comparing, "machine");
    if (here && machine)
        return course_usage(course, "--here and --machine: choose one");
    if (here || machine_inside())
        return STATUS_OK;
    struct decision decision = {.place = PLACE_MACHINE};
    if (!machine) {
        decision = where_needed(course, NEEDS);
        if (decision.place == PLACE_HERE && comparing_asked(comparing, "mine") &&
            geteuid() == 0)
            decision.place =
                PLACE_MACHINE; /* own code does not run as root on the host */
    }
    if (decision.place == PLACE_HERE)
        return STATUS_OK;
    comparing->inside = true;
    const struct host_fact *fact = host_fact(&course->host, "machine");
    if (fact->there)
        return STATUS_OK;
    (void)course_error(course, "the lab machine cannot run here: %s", fact->detail);
    return STATUS_CANNOT_RUN;
}

/* --- what only the host knows ----------------------------------------------------------------- */

/* How many functions of PROGRAM are whose: "--version" says it of each. */
static void count_whose(const struct comparing *comparing, const char *name,
                        unsigned *yours, unsigned *all)
{
    char *program = course_path(comparing->course, "%s/%s", comparing->into, name);
    char *argv[] = {program, "--version", NULL}, *state = NULL;
    int status;
    char *text = run_output(comparing->course->top, argv, &status);
    for (char *line = strtok_r(text, "\n", &state); text != NULL && line != NULL;
         line = strtok_r(NULL, "\n", &state)) {
        *all += strstr(line, ": ") != NULL;
        *yours += strstr(line, ": yours") != NULL;
    }
    free(text);
    free(program);
}

static int add_facts(const struct comparing *comparing, json_t *report)
{
    static const char *const products[] = {"mini-container", "mini-hypervisor",
                                           "mini-compare"};
    char whose[128], when[40];
    unsigned yours = 0, all = 0;
    time_t now = time(NULL);
    struct tm local;
    for (size_t i = 0; i < sizeof products / sizeof *products; i++)
        count_whose(comparing, products[i], &yours, &all);
    if (yours > 0)
        (void)snprintf(whose, sizeof whose,
                       "%u of %u are yours, the others the reference", yours, all);
    else
        (void)snprintf(whose, sizeof whose, "the reference");
    if (localtime_r(&now, &local) == NULL ||
        strftime(when, sizeof when, "%Y-%m-%d %H:%M", &local) == 0)
        when[0] = '\0';
    const char *where =
        comparing->inside || machine_inside() ? "the lab machine" : "this host";
    return json_object_set_new(report, "where", json_string(where)) |
           json_object_set_new(report, "mine",
                               json_boolean(comparing_asked(comparing, "mine"))) |
           json_object_set_new(report, "whose", json_string(whose)) |
           json_object_set_new(report, "when", json_string(when));
}

/* --- files ------------------------------------------------------------------------------------ */

typedef int write_report(const json_t *report, FILE *to, char *why, size_t size);

static int write_json(const json_t *report, FILE *to, char *why, size_t size)
{
    if (json_dumpf(report, to, JSON_INDENT(1) | JSON_REAL_PRECISION(6)) == 0 &&
        fputc('\n', to) != EOF)
        return 0;
    (void)snprintf(why, size, "%s", strerror(errno));
    return -1;
}

/* Whether FILE could be written, before anybody waits for a minute. Nobody's /dev/null is
 * replaced. */
static int check_place(const struct comparing *comparing, const char *name)
{
    const char *file = option(comparing->typed, name);
    if (file == NULL)
        return STATUS_OK;
    if (file[0] == '\0')
        return course_usage(comparing->course, "--%s: its value is missing", name);
    char *folder = strdup(file), *slash = folder != NULL ? strrchr(folder, '/') : NULL;
    if (slash != NULL)
        slash[slash == folder] = '\0';
    const char *where = slash != NULL ? folder : ".";
    struct stat there;
    int status = STATUS_OK;
    if (stat(file, &there) == 0 && !S_ISREG(there.st_mode))
        status = course_error(comparing->course,
                              "%s: it must be a regular file, or not be there yet: it is "
                              "replaced as a whole",
                              file);
    else if (folder == NULL || access(where, W_OK | X_OK) == -1)
        status =
            course_error(comparing->course, "%s: %s: it must be a folder to write in",
                         where, strerror(errno));
    free(folder);
    return status;
}

/* Writes FILE whole or not at all: under another name first. */
static int write_file(const struct comparing *comparing, const char *file,
                      write_report *write_it, const json_t *report)
{
    char *other = NULL, why[256] = "";
    if (asprintf(&other, "%s.XXXXXX", file) == -1)
        return course_error(comparing->course, "%s: no memory", file);
    int fd = mkstemp(other), failed = 0;
    FILE *to = fd != -1 ? fdopen(fd, "w") : NULL;
    if (to == NULL) {
        int saved = errno;
        if (fd != -1)
            (void)unlink(other); /* empty */
        free(other);
        return course_error(comparing->course, "%s: %s", file, strerror(saved));
    }
    failed = write_it(report, to, why, sizeof why);
    mode_t mask = umask(0);
    (void)umask(mask); /* as it was */
    if (!failed &&
        (fchmod(fd, 0666 & ~mask) == -1 || fflush(to) == EOF || fsync(fd) == -1)) {
        (void)snprintf(why, sizeof why, "%s", strerror(errno));
        failed = -1;
    }
    if (fclose(to) == EOF && !failed) {
        (void)snprintf(why, sizeof why, "%s", strerror(errno));
        failed = -1;
    }
    if (!failed && rename(other, file) == -1) {
        (void)snprintf(why, sizeof why, "%s", strerror(errno));
        failed = -1;
    }
    if (failed)
        (void)unlink(other); /* half of a file is worse than none */
    free(other);
    return failed ? course_error(comparing->course, "%s: %s", file, why) : STATUS_OK;
}

static int write_all(const struct comparing *comparing, json_t *report,
                     const char *folder)
{
    const char *json = option(comparing->typed, "json"),
               *html = option(comparing->typed, "html");
    const struct report_style style = {.colour = comparing->course->colour,
                                       .columns = comparing->course->columns,
                                       .brief = comparing_asked(comparing, "short")};
    /* Names of files are meant from where the command was typed. */
    if (chdir(folder) == -1)
        return course_error(comparing->course, "%s: %s", folder, strerror(errno));
    int status =
        json != NULL ? write_file(comparing, json, write_json, report) : STATUS_OK;
    if (html != NULL && write_file(comparing, html, report_page, report) != STATUS_OK)
        status = STATUS_FAILED;
    if (report_text(report, &style, stdout) == -1)
        status = course_error(comparing->course, "stdout: %s", strerror(errno));
    return status == STATUS_OK && report_count(report).failed > 0 ? STATUS_FAILED
                                                                  : status;
}

/* The figures in a memory file, as JSON; NULL with a line. */
static json_t *read_figures(const struct comparing *comparing, int figures)
{
    json_error_t error;
    if (lseek(figures, 0, SEEK_SET) == -1) {
        (void)course_error(comparing->course, "the figures: %s", strerror(errno));
        return NULL;
    }
    json_t *report = json_loadfd(figures, 0, &error);
    bool good =
        json_is_object(report) && json_is_array(json_object_get(report, "claims"));
    if (good && report_clean(report) == 0)
        return report;
    json_decref(report);
    (void)course_error(comparing->course,
                       "the figures are not what mini-compare writes: %s",
                       good ? strerror(errno) : error.text);
    return NULL;
}

/* Nothing is built in the lab machine, and what is compared comes along only when a command names
 * it, as the one does that `compare` itself sends there. */
static int check_parts(const struct comparing *comparing)
{
    char *parts = course_path(comparing->course, "%s/compare/rootfs", comparing->into);
    int status = STATUS_OK;
    if (access(parts, R_OK) == -1)
        status = course_error(comparing->course,
                              "%s/compare is not in the lab machine: run `boxwork "
                              "compare` outside, it goes there by itself",
                              comparing->into);
    free(parts);
    return status;
}

int run_compare(struct course *course, const struct invocation *typed)
{
    struct comparing comparing = {.course = course, .typed = typed, .into = "build"};
    if (comparing_asked(&comparing, "mine"))
        comparing.into = "build/mine";
    int status = decide(&comparing);
    if (status == STATUS_OK)
        status = check_place(&comparing, "json");
    if (status == STATUS_OK)
        status = check_place(&comparing, "html");
    if (status == STATUS_OK)
        status = machine_inside() ? check_parts(&comparing) : build(&comparing);
    if (status == STATUS_OK)
        status = check_words(&comparing);
    if (status != STATUS_OK)
        return status;
    char *folder = getcwd(NULL, 0);
    int figures = memfd_create("figures", MFD_CLOEXEC);
    if (folder == NULL || figures == -1)
        status = course_error(course, "figures: %s", strerror(errno));
    else
        status = comparing_measure(&comparing, figures);
    json_t *report = status == 0 ? read_figures(&comparing, figures) : NULL;
    if (report != NULL && add_facts(&comparing, report) == 0)
        status = write_all(&comparing, report, folder);
    else if (status == 0)
        status = STATUS_FAILED;
    json_decref(report);
    if (figures != -1)
        (void)close(figures); /* it was read, or nobody wants it */
    free(folder);
    return status;
}
