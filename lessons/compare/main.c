/* main.c - mini-compare: measures the claims that were asked for, and writes JSON to stdout.
 *
 *     mini-compare --parts DIR [--quick] [--progress] [--lessons LIST] [--elsewhere JSON]
 *     mini-compare --parts DIR [--lessons LIST] --look
 *     mini-compare --list | --version
 *
 * `boxwork compare` builds DIR (build/compare), starts this where both engines run, and makes the
 * report. What --look says of one host is handed to the one where the figures are made, see
 * elsewhere.h. A claim that fails does not end the others: its reason stands in its place. A
 * signal does, and then nothing is written.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <ftw.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "compare.h"
#include "elsewhere.h"
#include "guest.h"
#include "whose.h"

enum { EXIT_USAGE = 2 };

int compare_failed(struct compare *compare, const char *format, ...)
{
    va_list arguments;
    if (compare->error[0] != '\0')
        return -1;
    va_start(arguments, format);
    /* A long line is cut. */
    (void)vsnprintf(compare->error, sizeof compare->error, format, arguments);
    va_end(arguments);
    compare->error[strcspn(compare->error, "\n")] = '\0';
    return -1;
}

size_t compare_times(const struct compare *compare, size_t quick, size_t full)
{
    return compare->quick ? quick : full;
}

size_t compare_fit(const struct compare *compare, uint64_t round, size_t most)
{
    double budget = compare->quick ? 6e9 : 60e9;
    size_t least = compare->quick ? 3 : 7,
           rounds = (size_t)(budget / (double)(round + 1));
    return rounds < least ? least : rounds > most ? most : rounds;
}

static int usage(const char *format, const char *what)
{
    fprintf(stderr, "mini-compare: ");
    fprintf(stderr, format, what);
    fprintf(stderr, ": see `boxwork compare --help`\n");
    return EXIT_USAGE;
}

/* --- what was asked for -------------------------------------------------------------------- */

/* Marks the claim that WORD means: its id, or its number. */
static bool want(struct compare *compare, const char *word)
{
    char *end;
    long number = strtol(word, &end, 10);
    for (size_t i = 0; i < claim_count; i++) {
        if (strcmp(word, claims[i].id) != 0 &&
            (end == word || *end != '\0' || number != (long)i + 1))
            continue;
        compare->wanted[i] = true;
        return true;
    }
    return false;
}

static int want_all_of(struct compare *compare, char *list)
{
    char *state;
    for (char *word = strtok_r(list, ", ", &state); word != NULL;
         word = strtok_r(NULL, ", ", &state))
        if (!want(compare, word))
            return usage("%s: no such part", word);
    return 0;
}

/* PARTS/NAME, or what lies beside PARTS; free(3). */
static char *path_of(const char *folder, const char *name)
{
    char *path = NULL;
    if (asprintf(&path, "%s/%s", folder, name) == -1)
        abort(); /* no memory for a name: nothing would work */
    return path;
}

/* Finds what is used. PARTS is absolute afterwards. */
static int find_parts(struct compare *compare)
{
    char *parts = realpath(compare->parts, NULL);
    if (parts == NULL) {
        fprintf(stderr, "mini-compare: %s: %s\n", compare->parts, strerror(errno));
        return EXIT_FAILURE;
    }
    compare->parts = parts;
    compare->root = path_of(parts, "rootfs");
    compare->kernel = path_of(parts, "vmlinuz");
    compare->initrd = path_of(parts, "initrd.cpio");
    compare->container = path_of(parts, "../mini-container");
    compare->hypervisor = path_of(parts, "../mini-hypervisor");
    const char *build = NULL;
    /* The last one: a tree may stand in a folder called build. */
    for (const char *at = parts; (at = strstr(at, "/build/")) != NULL; at++)
        build = at;
    compare->top = strndup(parts, build != NULL ? (size_t)(build - parts) : 0);
    const char *needed[] = {compare->root, compare->kernel, compare->initrd,
                            compare->container, compare->hypervisor};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        if (access(needed[i], R_OK) == 0)
            continue;
        fprintf(stderr, "mini-compare: %s: %s: make build/compare/.made\n", needed[i],
                strerror(errno));
        return EXIT_FAILURE;
    }
    return 0;
}

static void free_parts(struct compare *compare)
{
    free((char *)compare->parts);
    free(compare->root);
    free(compare->kernel);
    free(compare->initrd);
    free(compare->container);
    free(compare->hypervisor);
    free(compare->top);
}

/* --- measuring ------------------------------------------------------------------------------ */

static json_t *claim_json(const struct claim *claim)
{
    return json_pack("{s:s, s:i, s:s, s:s, s:s, s:s, s:{}}", "id", claim->id, "number",
                     (int)(claim - claims) + 1, "title", claim->title, "claim",
                     claim->heard, "prediction", claim->prediction, "experiment",
                     claim->experiment, "facts");
}

static void set(json_t *object, const char *name, json_t *value)
{
    (void)json_object_set_new(object, name, value); /* no memory: see figures.h */
}

/* Measures one claim. Returns its object. */
static json_t *measure_claim(struct compare *compare, const struct claim *claim)
{
    compare->claim_started = measure_now();
    compare->claim = claim;
    compare->report = claim_json(claim);
    compare->error[0] = '\0';
    int failed = claim->measure == NULL ? 0 : claim->measure(compare);
    set(compare->report, "seconds",
        json_real((double)(measure_now() - compare->claim_started) / 1e9));
    if (claim->measure == NULL) {
        char reason[128];
        (void)snprintf(reason, sizeof reason, "comes with %s", claim->needs_lesson);
        set(compare->report, "state", json_string("missing"));
        set(compare->report, "reason", json_string(reason));
    } else if (failed) {
        set(compare->report, "state", json_string("failed"));
        set(compare->report, "reason", json_string(compare->error));
        (void)json_object_del(compare->report, "tables"); /* half of them lie */
        (void)json_object_del(compare->report, "verdict");
        (void)json_object_del(compare->report, "sentence");
    } else {
        set(compare->report, "state", json_string("measured"));
    }
    return compare->report;
}

static double seconds_of(const struct compare *compare, const struct claim *claim)
{
    return compare->quick ? claim->quick_seconds : claim->seconds;
}

static json_t *measure_all(struct compare *compare)
{
    json_t *list = json_array();
    for (size_t i = 0; i < claim_count; i++)
        compare->total += compare->wanted[i] ? seconds_of(compare, &claims[i]) : 0;
    for (size_t i = 0; i < claim_count && !run_interrupted; i++) {
        if (!compare->wanted[i])
            continue;
        progress_clear(compare);
        compare->claim_seconds = seconds_of(compare, &claims[i]);
        (void)json_array_append_new(list, measure_claim(compare, &claims[i]));
        compare->done += seconds_of(compare, &claims[i]);
    }
    progress_clear(compare);
    return list;
}

static int remove_one(const char *path, const struct stat *status, int type,
                      struct FTW *where)
{
    (void)status;
    (void)type;
    (void)where;
    return remove(path);
}

static int measure_and_write(struct compare *compare)
{
    (void)snprintf(compare->directory, sizeof compare->directory, "/tmp/boxwork-XXXXXX");
    if (mkdtemp(compare->directory) == NULL) {
        fprintf(stderr, "mini-compare: %s: %s\n", compare->directory, strerror(errno));
        return EXIT_FAILURE;
    }
    compare->started = measure_now();
    json_t *list = measure_all(compare);
    guests_end();
    groups_end();
    (void)nftw(compare->directory, remove_one, 16,
               FTW_DEPTH | FTW_PHYS); /* as far as it goes */
    double seconds = (double)(measure_now() - compare->started) / 1e9;
    json_t *all = json_pack("{s:i, s:b, s:f, s:s, s:o, s:o}", "compare", 1, "quick",
                            compare->quick, "seconds", seconds, "vm-memory",
                            compare->vm_memory, "place", place_json(), "claims", list);
    int failed = all == NULL || run_interrupted != 0 ||
                 json_dumpf(all, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(6)) == -1 ||
                 fputs("\n", stdout) == EOF || fflush(stdout) == EOF;
    json_decref(all);
    run_die_if_interrupted();
    if (failed)
        fprintf(stderr, "mini-compare: the figures cannot be written: %s\n",
                strerror(errno));
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int list_claims(void)
{
    for (size_t i = 0; i < claim_count; i++)
        printf("%2zu %-14s %s\n", i + 1, claims[i].id, claims[i].heard);
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int version(void)
{
    puts("mini-compare");
    for (const char *const *line = whose; *line; line++)
        puts(*line);
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    enum { QUICK, PROGRESS, LESSONS, PARTS, ELSEWHERE, LOOK, LIST, VERSION };
    static const struct option options[] = {
        {"quick", no_argument, NULL, QUICK},
        {"progress", no_argument, NULL, PROGRESS},
        {"lessons", required_argument, NULL, LESSONS},
        {"parts", required_argument, NULL, PARTS},
        {"elsewhere", required_argument, NULL, ELSEWHERE},
        {"look", no_argument, NULL, LOOK},
        {"list", no_argument, NULL, LIST},
        {"version", no_argument, NULL, VERSION},
        {0}};
    struct compare compare = {.vm_memory = "96M"};
    bool some = false, look = false;
    opterr = 0;
    for (int found; (found = getopt_long(argc, argv, ":", options, NULL)) != -1;) {
        switch (found) {
        case QUICK:
            compare.quick = true;
            break;
        case PROGRESS:
            compare.progress = true;
            break;
        case LESSONS:
            some = true;
            if (want_all_of(&compare, optarg) != 0)
                return EXIT_USAGE;
            break;
        case PARTS:
            compare.parts = optarg;
            break;
        case ELSEWHERE:
            json_decref(compare.elsewhere);
            compare.elsewhere = json_loads(optarg, 0, NULL);
            if (!json_is_object(compare.elsewhere))
                return usage("--elsewhere %s: it is not what --look has printed", optarg);
            break;
        case LOOK:
            look = true;
            break;
        case LIST:
            return list_claims();
        case VERSION:
            return version();
        default:
            /* Of -it, optind may still point to what comes before. */
            if (isgraph(optopt))
                return usage("-%s: no such option", (char[]){(char)optopt, '\0'});
            return usage("%s: no such option, or its value is missing", argv[optind - 1]);
        }
    }
    if (optind != argc || compare.parts == NULL)
        return usage("%s", optind != argc ? argv[optind] : "--parts is missing");
    for (size_t i = 0; i < claim_count && !some; i++)
        compare.wanted[i] = true;
    if (find_parts(&compare) != 0)
        return EXIT_FAILURE;
    run_catch_signals();
    int status = look ? elsewhere_look(&compare) : measure_and_write(&compare);
    free_parts(&compare);
    json_decref(compare.elsewhere);
    return status;
}
