/* step.c - the words of lesson x01: a prediction, a figure, and what measuring is made of.
 *
 * The claims are measured by the two engines as programs (figures.c), so that nothing of the
 * lessons before is linked in here. The words of the measuring core (core.c, memory.c) call the
 * module of this lesson through the switchboard, so yours and the reference's can be compared.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include "chart.h"
#include "core.h"
#include "figures.h"
#include "memory.h"
#include "report/report.h"

/* --- what was predicted, and what came ------------------------------------------------ */

static void print_prediction(struct tutor *tutor, const struct topic *topic,
                             json_t *claim)
{
    double predicted = *figures_prediction(tutor, topic), value = 0;
    bool there = figures_value(claim, topic, &value);
    printf("  %-10s  ", "predicted");
    chart_wrapped(14, predicted < 0 ? "nothing" : figures_text(predicted, topic->unit));
    printf("  %-10s  %-10s  ", "measured",
           there ? figures_text(value, topic->unit) : "nothing");
    chart_wrapped(26, topic->asked);
    if (there && predicted > 0 && value > 0)
        printf("  %-10s  %.3g times what you predicted\n", "", value / predicted);
}

/* What came of TOPIC. Returns 0, or 1 when there is no figure. */
static int print_claim(struct tutor *tutor, const struct topic *topic)
{
    json_t *claim = figures_claim(tutor, topic);
    const char *state = report_word(claim, "state");
    bool measured = strcmp(state, "measured") == 0;
    char title[64];
    (void)snprintf(title, sizeof title, "%s: ", topic->name);
    fputs(title, stdout);
    chart_wrapped((int)strlen(title), report_word(claim, "claim"));
    if (measured)
        print_prediction(tutor, topic, claim);
    printf("  %s:\n    ", measured ? report_word(claim, "verdict") : state);
    chart_wrapped(4, report_word(claim, measured ? "sentence" : "reason"));
    return strcmp(state, "failed") == 0;
}

static void print_place(struct tutor *tutor)
{
    const json_t *place = figures_place(tutor);
    printf("(Linux %s, KVM %s%s)\n", report_word(place, "kernel"),
           report_word(place, "kvm"),
           strcmp(report_word(place, "kvm"), "native") != 0 ? ": only ratios hold" : "");
}

/* The claim NAME, when it was measured; or NULL after a message. */
static json_t *measured(struct tutor *tutor, const char *name, const struct topic **topic)
{
    *topic = figures_find(tutor, name);
    json_t *claim = *topic ? figures_claim(tutor, *topic) : NULL;
    if (*topic && !claim)
        (void)tutor_error(tutor, "%s: it was not measured yet: measure %s", name,
                          (*topic)->name);
    return claim;
}

/* --- the words -------------------------------------------------------------------------- */

static int claims(struct tutor *tutor, int argc, char **argv)
{
    (void)argc, (void)argv;
    printf("%-15s %-10s %-10s %s\n", "claim", "predicted", "measured", "what");
    for (size_t i = 0; i < TOPICS; i++) {
        double predicted = *figures_prediction(tutor, &topics[i]), value;
        json_t *claim = figures_claim(tutor, &topics[i]);
        bool there = claim && figures_value(claim, &topics[i], &value);
        printf("%2zu %-12s %-10s %-10s ", i + 1, topics[i].name,
               predicted < 0 ? "-" : figures_text(predicted, topics[i].unit),
               there ? figures_text(value, topics[i].unit) : "-");
        chart_wrapped(38, topics[i].asked);
    }
    return 0;
}

static int predict(struct tutor *tutor, int argc, char **argv)
{
    static const char *const examples[] = {[UNIT_COUNT] = "a number: 20",
                                           [UNIT_TIME] = "a time: 200ms",
                                           [UNIT_BYTES] = "a size: 10MiB",
                                           [UNIT_TIMES] = "a ratio: 2x"};
    const struct topic *topic = figures_find(tutor, argv[1]);
    char text[64];
    double value;
    if (!topic)
        return 2;
    (void)snprintf(text, sizeof text, "%s%s", argv[2], argc > 3 ? argv[3] : "");
    if (!figures_parse(text, topic->unit, &value)) {
        (void)tutor_error(tutor, "%s: must be %s", text, examples[topic->unit]);
        return 2;
    }
    *figures_prediction(tutor, topic) = value;
    printf("%s: %s, for: %s\n", topic->name, figures_text(value, topic->unit),
           topic->asked);
    if (figures_claim(tutor, topic))
        puts("(you have measured it already, so this is no prediction any more)");
    return 0;
}

static int measure(struct tutor *tutor, int argc, char **argv)
{
    const struct topic *list[TOPICS] = {NULL};
    int status = 0;
    if (argc == 2 && works_find(argv[1]))
        return core_measure(tutor, works_find(argv[1]));
    if (argc - 1 > TOPICS) {
        (void)tutor_error(tutor, "there are %d claims", TOPICS);
        return 2;
    }
    for (int i = 1; i < argc; i++)
        if (!(list[i - 1] = figures_find(tutor, argv[i])))
            return 2;
    if ((status = figures_measure(tutor, list, (size_t)argc - 1)) != 0)
        return status;
    for (int i = 0; i < argc - 1; i++)
        status |= print_claim(tutor, list[i]);
    print_place(tutor);
    return status;
}

static int explain(struct tutor *tutor, int argc, char **argv)
{
    const struct topic *topic;
    json_t *claim = measured(tutor, argv[1], &topic);
    size_t index;
    const json_t *missing;
    (void)argc;
    if (!claim)
        return 1;
    printf("%-12s", "one hears");
    chart_wrapped(12, report_word(claim, "claim"));
    printf("%-12s", "done");
    chart_wrapped(12, report_word(claim, "experiment"));
    json_array_foreach(json_object_get(claim, "missing"), index, missing)
    {
        printf("%-12s", "missing");
        chart_wrapped(12, json_string_value(missing));
    }
    printf("%-12s%s\n", "verdict", report_word(claim, "verdict"));
    printf("%-12s", "because");
    chart_wrapped(12, report_word(claim, "sentence"));
    printf("%-12slessons/compare/%s.c, in %.1f s\n", "source", topic->name,
           report_number(claim, "seconds"));
    return 0;
}

static int chart(struct tutor *tutor, int argc, char **argv)
{
    const struct topic *topic;
    json_t *claim = measured(tutor, argv[1], &topic);
    (void)argc;
    if (!claim)
        return 1;
    printf("%s: each figure is a median; half lie between the two in brackets\n",
           topic->name);
    chart_print(claim);
    return 0;
}

static int costs(struct tutor *tutor, int argc, char **argv)
{
    static char *const words[] = {"chart", "costs", NULL};
    const struct topic *topic = &topics[TOPICS - 1];
    (void)argc, (void)argv;
    int status = figures_measure(tutor, &topic, 1);
    if (status == 0)
        status = chart(tutor, 2, (char **)words) | print_claim(tutor, topic);
    return status;
}

/* --- what Tab offers --------------------------------------------------------------------- */

static const char *const *work_words(struct tutor *tutor)
{
    (void)tutor;
    return works_names;
}

static const char *const *measure_words(struct tutor *tutor)
{
    static const char *words[TOPICS + 16];
    const char *const *names[] = {figures_names(tutor), works_names};
    size_t count = 0;
    for (size_t i = 0; i < 2; i++)
        for (const char *const *name = names[i]; *name && count < TOPICS + 15; name++)
            words[count++] = *name;
    words[count] = NULL;
    return words;
}

static const char *const *back_word(struct tutor *tutor)
{
    static const char *const words[] = {"back", NULL};
    (void)tutor;
    return words;
}

#define WORKS "WORK is syscall, fault, pingpong, read, fork or walk."
#define CLAIM .completion = TUTOR_COMPLETE_WORDS, .words = figures_names

static const struct tutor_command commands[] = {
    {.name = "claims",
     .arguments = "",
     .help = "all claims: what was predicted, what measured",
     .run = claims},
    {.name = "predict",
     .arguments = "CLAIM VALUE",
     .help = "say what you expect: predict boot 200ms",
     .details =
         "The session keeps it, and shows it beside the figure. A time has ns, us, "
         "ms, s\nor min; a size KiB, MiB or GiB; a ratio x.",
     .least = 2,
     .most = 3,
     CLAIM,
     .run = predict},
    {.name = "measure",
     .arguments = "CLAIM…|WORK",
     .help = "measure a claim, or a small work as a process",
     .details =
         "A claim takes some seconds; more of them in one go share a machine.\n" WORKS,
     .least = 1,
     .most = TOPICS,
     .completion = TUTOR_COMPLETE_WORDS,
     .words = measure_words,
     .run = measure},
    {.name = "explain",
     .arguments = "CLAIM",
     .help = "where the figure comes from, and what follows",
     .least = 1,
     .most = 1,
     CLAIM,
     .run = explain},
    {.name = "chart",
     .arguments = "CLAIM",
     .help = "draw the figures of a claim",
     .least = 1,
     .most = 1,
     CLAIM,
     .run = chart},
    {.name = "costs",
     .arguments = "",
     .help = "the price of a system call, a page fault and more",
     .run = costs},
    {.name = "clock",
     .arguments = "[back]",
     .help = "two clocks; back: while one of them is set back",
     .most = 1,
     .completion = TUTOR_COMPLETE_WORDS,
     .words = back_word,
     .run = core_clock},
    {.name = "calibrate",
     .arguments = "WORK [TIME]",
     .help = "how often a work is done to last TIME (2ms)",
     .details = WORKS,
     .least = 1,
     .most = 2,
     .completion = TUTOR_COMPLETE_WORDS,
     .words = work_words,
     .run = core_calibrate},
    {.name = "rounds",
     .arguments = "WORK [WARMUPS]",
     .help = "eight rounds, after WARMUPS (0) that do not count",
     .details = WORKS,
     .least = 1,
     .most = 2,
     .completion = TUTOR_COMPLETE_WORDS,
     .words = work_words,
     .run = core_rounds},
    {.name = "drift",
     .arguments = "",
     .help = "the same work twice, on a machine that slows down",
     .run = core_drift},
    {.name = "summary",
     .arguments = "NUMBER…",
     .help = "median, quartiles and mean of numbers",
     .least = 1,
     .most = 64,
     .run = core_summary},
    {.name = "memory",
     .arguments = "[CHILDREN]",
     .help = "processes that share memory, counted in two ways",
     .most = 1,
     .run = memory_family},
    {.name = "group",
     .arguments = "",
     .help = "what is charged to a cgroup, now and at its peak",
     .run = memory_group},
    {0},
};

TUTOR_LESSON(x01) = {.id = "x01-compare", .commands = commands};
