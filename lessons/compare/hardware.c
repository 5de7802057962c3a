/* hardware.c - claim 5: what each needs of the host, as `boxwork doctor` finds it out, and
 * whether it is needed indeed: each kind is started once more where /dev/kvm is not there. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "figures.h"
#include "trial.h"

/* Who needs what the doctor probes. */
static const struct need {
    const char *fact;
    bool container, vm;
} needs[] = {
    {"namespaces", true, false},     {"seccomp", true, false}, {"cgroup2", true, false},
    {"userns", false, false},        {"kvm", false, true},     {"kvm-speed", false, true},
    {"kvm-interrupts", false, true},
};

static json_t *fact_named(json_t *doctor, const char *id)
{
    size_t index;
    json_t *fact;
    json_array_foreach(json_object_get(doctor, "host"), index, fact)
    {
        const char *name = json_string_value(json_object_get(fact, "id"));
        if (name != NULL && strcmp(name, id) == 0)
            return fact;
    }
    return NULL;
}

/* What the doctor says, as JSON; NULL with compare_failed. */
static json_t *ask_doctor(struct compare *compare)
{
    char path[4200];
    struct run_result result;
    json_t *doctor = NULL;
    (void)snprintf(path, sizeof path, "%s/build/boxwork", compare->top);
    struct run_how how = {.path = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"};
    int failed =
        run_command((char *[]){path, "doctor", "--format", "json", NULL}, &how, &result);
    if (!failed && result.status == 0) {
        /* The output was cut into lines: put together again. */
        size_t length = 0;
        for (size_t i = 0; i < result.line_count; i++) {
            length += strlen(result.lines[i].text);
            result.output[length++] = '\n';
        }
        doctor = json_loadb(result.output, length, 0, NULL);
    }
    if (doctor == NULL)
        (void)compare_failed(compare, "boxwork doctor: %.200s",
                             result.errors != NULL ? result.errors : strerror(errno));
    run_free(&result);
    return doctor;
}

/* Starts each kind without KVM. */
static int try_without(struct compare *compare, struct trial trials[KINDS])
{
    static const struct trial_how how = {.hidden = "/dev/kvm"};
    progress_say(compare, "without /dev/kvm");
    for (int kind = 0; kind < KINDS; kind++)
        trial_kind(compare, (enum kind)kind, (char *[]){"/bin/sh", "/bin/first", NULL},
                   &how, &trials[kind]);
    if (run_interrupted)
        return compare_failed(compare, "interrupted");
    /* A process needs no KVM: when it does not run, it was not KVM that was missing. */
    if (!trials[KIND_PROCESS].runs)
        return compare_failed(compare, "without /dev/kvm: a plain process: %s",
                              trials[KIND_PROCESS].text);
    json_t *table = figures_table(compare, "without", "Without the processor's help", "",
                                  CHART_NONE, kind_columns);
    json_t *row = figures_row(table, "/dev/kvm hidden");
    for (int kind = 0; kind < KINDS; kind++)
        figures_text(row, "%s", trials[kind].text);
    figures_fact(compare, "process-without", trials[KIND_PROCESS].runs);
    figures_fact(compare, "container-without", trials[KIND_CONTAINER].runs);
    figures_fact(compare, "vm-without", trials[KIND_VM].runs);
    return 0;
}

int measure_hardware(struct compare *compare)
{
    struct trial without[KINDS];
    static const char *const columns[] = {"here", "a container needs it",
                                          "a virtual machine needs it", NULL};
    json_t *doctor = ask_doctor(compare);
    unsigned container = 0, vm = 0;
    if (doctor == NULL)
        return -1;
    json_t *table =
        figures_table(compare, "needs", "What a host offers, and who needs it", "",
                      CHART_NONE, columns);
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++) {
        json_t *fact = fact_named(doctor, needs[i].fact);
        const char *title = json_string_value(json_object_get(fact, "title"));
        json_t *row = figures_row(table, title != NULL ? title : needs[i].fact);
        figures_text(row, "%s",
                     json_is_true(json_object_get(fact, "there")) ? "yes" : "no");
        figures_text(row, "%s", needs[i].container ? "yes" : "no");
        figures_text(row, "%s", needs[i].vm ? "yes" : "no");
        container += needs[i].container;
        vm += needs[i].vm;
    }
    bool kvm = json_is_true(json_object_get(fact_named(doctor, "kvm-speed"), "there"));
    json_decref(doctor);
    figures_fact(compare, "container-needs", container);
    figures_fact(compare, "vm-needs", vm);
    figures_fact(compare, "kvm", kvm);
    if (try_without(compare, without) == -1)
        return -1;
    bool container_runs = without[KIND_CONTAINER].runs, vm_runs = without[KIND_VM].runs;
    return figures_verdict(
        compare,
        container_runs && !vm_runs ? HOLDS
        : vm_runs                  ? DOES_NOT_HOLD
                                   : HOLDS_WHEN,
        "%s container needs %u things of the kernel and none of the processor; a "
        "virtual machine needs %u that only a processor with virtualization (or its "
        "emulation) gives, and here they are %s. Where /dev/kvm is taken away, the "
        "container %s and the machine %s.",
        container_runs || vm_runs ? "A" : "it is said of both: a", container, vm,
        kvm ? "there" : "not all there", container_runs ? "runs" : "does not run",
        vm_runs ? "runs" : "does not");
}
