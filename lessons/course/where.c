/* where.c - where a lesson runs: what its page says that it needs, against what the host has.
 *
 * The words of `needs:` stand in a table with the probe that answers for them. Where the judge
 * needs something else to run every check, more or less, that stands behind `judge-needs:`. A
 * learner's own code must not run as root on the host: a lesson that is opened or played by root, and
 * whose lab has been begun, goes to the lab machine. `check` need not, because the grader
 * runs that code in a sandbox as nobody.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "machine.h"
#include "page.h"
#include "where.h"

static const struct need {
    const char *word; /* in `needs:` */
    const char *fact; /* the probe in host.c */
    const char *what; /* "X is missing here" */
} needs[] = {
    {"root", "root", "root"},
    {"namespaces", "namespaces", "namespaces"},
    {"userns", "userns", "user namespaces"},
    {"seccomp", "seccomp", "seccomp"},
    {"overlay", "overlay", "overlayfs"},
    {"net", "veth", "virtual network cards"},
    {"cgroup2", "cgroup2", "cgroup v2"},
    {"kvm", "kvm", "KVM"},
    {"kvm-kernel", "kvm-speed", "KVM that runs a kernel"},
    {"kvm-kernel", "kvm-interrupts", "KVM that runs a kernel"},
};

const char *place_word(enum place place)
{
    static const char *const words[] = {
        [PLACE_HERE] = "here", [PLACE_MACHINE] = "machine", [PLACE_NOWHERE] = "nowhere"};
    return words[place];
}

/* Is a need met here? Otherwise a line says why not. KNOWN: whether the kit knows the word. */
static bool need_met(struct course *course, const char *word, char *why, size_t size,
                     bool *known)
{
    *known = false;
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++) {
        if (strcmp(needs[i].word, word) != 0)
            continue;
        *known = true;
        const struct host_fact *fact = host_fact(&course->host, needs[i].fact);
        if (!fact->there) {
            (void)snprintf(why, size, "%s: %s", needs[i].what, fact->detail);
            return false;
        }
    }
    if (!*known)
        (void)snprintf(why, size, "%s: no such word for a need", word);
    return *known;
}

/* The first need of a list that is not met. Returns false and fills in WHY when there is
 * one. */
static bool all_met(struct course *course, const char *list, struct decision *decision,
                    bool *known)
{
    char words[256], *state;
    (void)snprintf(words, sizeof words, "%s", list);
    *known = true;
    for (char *word = strtok_r(words, " ,", &state); word != NULL;
         word = strtok_r(NULL, " ,", &state))
        if (!need_met(course, word, decision->why, sizeof decision->why, known))
            return false;
    return true;
}

/* The same for the value of KEY on a page; a page that is not there, or says nothing, needs
 * nothing. */
static bool page_needs_met(struct course *course, const struct page *page,
                           const char *key, struct decision *decision, bool *known)
{
    const char *list = page != NULL ? page_value(page, key) : NULL;
    return all_met(course, list != NULL ? list : "", decision, known);
}

/* The machine, if it runs at all. */
static void send_to_machine(struct course *course, struct decision *decision)
{
    const struct host_fact *machine = host_fact(&course->host, "machine");
    decision->place = PLACE_MACHINE;
    if (machine->there)
        return;
    size_t length = strlen(decision->why);
    decision->place = PLACE_NOWHERE;
    (void)snprintf(decision->why + length, sizeof decision->why - length,
                   "; and the lab machine: %s", machine->detail);
}

/* A session can load the learner's functions of this lesson and of those of its track before it,
 * so each of these labs counts. */
static bool own_code_may_run(const struct course *course, const struct lesson *lesson)
{
    for (const struct lesson *l = course->lessons; l <= lesson; l++)
        if (l->id[0] == lesson->id[0] && lab_begun(course, l))
            return true;
    return false;
}

struct decision where_to_run(struct course *course, const struct lesson *lesson,
                             enum action action)
{
    struct decision decision = {.place = PLACE_HERE};
    if (machine_inside())
        return decision;
    struct page *page = page_load(course->top, lesson->id);
    bool judged = action == ACTION_CHECK, known;
    bool other = judged && page != NULL && page_value(page, "judge-needs") != NULL;
    bool met =
        page_needs_met(course, page, other ? "judge-needs" : "needs", &decision, &known);
    if (known && met && judged) /* its sandbox takes them */
        met = all_met(course, "userns", &decision, &known);
    page_free(page);
    if (!known) {
        decision.place = PLACE_NOWHERE;
    } else if (!met) {
        send_to_machine(course, &decision);
    } else if (action != ACTION_CHECK && geteuid() == 0 &&
               own_code_may_run(course, lesson)) {
        (void)snprintf(decision.why, sizeof decision.why,
                       "your own code does not run as root on the host");
        send_to_machine(course, &decision);
        decision.unsafe = decision.place == PLACE_NOWHERE;
    }
    return decision;
}

struct decision where_needed(struct course *course, const char *needs)
{
    struct decision decision = {.place = PLACE_HERE};
    bool known;
    if (!machine_inside() && !all_met(course, needs, &decision, &known))
        send_to_machine(course, &decision);
    return decision;
}

/* How `open` tells the session, and what the session asks later: "here" or "guarded". */
#define PLACE_VARIABLE "BOXWORK_PLACE"

void where_pass_on(const struct invocation *typed)
{
    if (option(typed, "here") != NULL)
        (void)setenv(PLACE_VARIABLE, "here", 1); /* ENOMEM: then it asks once more */
    else if (getenv(PLACE_VARIABLE) == NULL)
        (void)setenv(PLACE_VARIABLE, "guarded", 1);
}

static bool place_is(const char *word)
{
    const char *place = getenv(PLACE_VARIABLE);
    return place != NULL && strcmp(place, word) == 0;
}

bool must_go_to_machine(const struct course *course, const struct lesson *lesson)
{
    return place_is("guarded") && geteuid() == 0 && lab_begun(course, lesson);
}

/* Whoever says --here takes the risk of their own code. But a page that types itself would do here
 * what is only harmless with what it needs: it would let a fork bomb off where nothing can limit
 * it. */
static void look_at_needs(struct course *course, const struct lesson *lesson,
                          struct decision *decision)
{
    bool known;
    struct page *page = machine_inside() ? NULL : page_load(course->top, lesson->id);
    if (!page_needs_met(course, page, "needs", decision, &known))
        decision->place = PLACE_NOWHERE;
    page_free(page);
}

int where_asked(struct course *course, const struct invocation *typed,
                const struct lesson *lesson, enum action action,
                struct decision *decision)
{
    bool machine = option(typed, "machine") != NULL;
    bool here = option(typed, "here") != NULL || (!machine && place_is("here"));
    *decision = (struct decision){.place = PLACE_HERE};
    if (here && machine)
        return course_usage(course, "--here and --machine: choose one");
    if (here && action == ACTION_PLAY)
        look_at_needs(course, lesson, decision);
    if (here || (machine && machine_inside()))
        return 0;
    if (!machine) {
        *decision = where_to_run(course, lesson, action);
        return 0;
    }
    const struct host_fact *fact = host_fact(&course->host, "machine");
    decision->place = PLACE_MACHINE;
    if (fact->there)
        return 0;
    (void)course_error(course, "the lab machine cannot run here: %s", fact->detail);
    return STATUS_CANNOT_RUN;
}
