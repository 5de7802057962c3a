/* elsewhere.c - claim 3: the same two images on a host with another kernel, or another KVM.
 *
 * Figures are made in one place, and nowhere is one from here put beside one from there. Whether
 * an image starts is no figure: so `boxwork compare` has this look made in the other place first,
 * and hands over what it says. `tell` (inside/tell.c) says which kernel has answered, so a
 * container that did not change its kernel would be seen.
 */
#define _GNU_SOURCE
#include "elsewhere.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "figures.h"
#include "run.h"
#include "trial.h"

#define TELL "/bin/tell"

/* --- looking --------------------------------------------------------------------------------- */

/* Runs ARGV, which ends in `tell`; what it said of its kernel belongs to the answer. */
static json_t *look(char *const argv[], const struct run_how *how)
{
    struct run_result result;
    struct trial trial;
    trial_command(argv, how, "release ", &trial, &result);
    json_t *answer = trial.runs ? json_pack("{s:b, s:s}", "runs", 1, "kernel",
                                            run_answer(&result, "release"))
                                : json_pack("{s:b, s:s}", "runs", 0, "text", trial.text);
    run_free(&result);
    return answer;
}

static json_t *look_kind(const struct compare *compare, enum kind kind)
{
    struct kind_command command;
    kind_command(compare, kind, (char *[]){TELL, NULL}, &command);
    if (kind == KIND_CONTAINER && geteuid() != 0)
        kind_add(&command, (char *[]){"--rootless", NULL});
    return look(command.argv, &command.how);
}

/* The same kernel and initramfs under another hypervisor, which needs no KVM: it is told what
 * mini-hypervisor is told. */
static json_t *look_qemu(const struct compare *compare)
{
    static char qemu[] = "/usr/bin/qemu-system-x86_64";
    struct kind_command command;
    if (access(qemu, X_OK) == -1)
        return json_null();
    kind_command(compare, KIND_VM, (char *[]){TELL, NULL}, &command);
    char *argv[] = {qemu,
                    "-accel",
                    "tcg",
                    "-m",
                    (char *)compare->vm_memory,
                    "-nodefaults",
                    "-no-user-config",
                    "-display",
                    "none",
                    "-no-reboot",
                    "-serial",
                    "stdio",
                    "-kernel",
                    compare->kernel,
                    "-initrd",
                    compare->initrd,
                    "-append",
                    command.text[0],
                    NULL};
    return look(argv, NULL);
}

int elsewhere_look(const struct compare *compare)
{
    struct utsname name = {.release = "unknown"};
    size_t portability = 0;
    while (strcmp(claims[portability].id, "portability") != 0)
        portability++;
    if (!compare->wanted[portability])
        return EXIT_SUCCESS;
    (void)uname(&name); /* it cannot fail with this argument */
    json_t *answer = json_pack("{s:s, s:o, s:o, s:o}", "kernel", name.release,
                               "container", look_kind(compare, KIND_CONTAINER), "vm",
                               look_kind(compare, KIND_VM), "qemu", look_qemu(compare));
    run_die_if_interrupted();
    int failed = answer == NULL || json_dumpf(answer, stdout, JSON_COMPACT) == -1 ||
                 puts("") == EOF || fflush(stdout) == EOF;
    json_decref(answer);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* --- telling --------------------------------------------------------------------------------- */

static bool runs(const json_t *trial)
{
    return json_is_true(json_object_get(trial, "runs"));
}

static const char *word(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

static void cell(json_t *row, const json_t *trial)
{
    if (runs(trial))
        figures_text(row, "runs, on Linux %s", word(trial, "kernel"));
    else
        figures_text(row, "%s", word(trial, "text"));
}

const char *elsewhere_table(struct compare *compare, bool *everywhere)
{
    static char sentence[512];
    const json_t *there = compare->elsewhere,
                 *container = json_object_get(there, "container"),
                 *vm = json_object_get(there, "vm"),
                 *qemu = json_object_get(there, "qemu");
    char name[96];
    if (!json_is_object(container) || !json_is_object(vm)) {
        figures_missing(compare, "another host: only this one was at hand");
        return "";
    }
    json_t *table =
        figures_table(compare, "elsewhere", "The same two images on another host", "",
                      CHART_NONE, kind_columns + KIND_CONTAINER);
    (void)snprintf(name, sizeof name, "Linux %s", word(there, "kernel"));
    json_t *row = figures_row(table, name);
    cell(row, container);
    cell(row, vm);
    if (json_is_object(qemu)) {
        row = figures_row(table, "there, in QEMU");
        figures_text(row, "does not apply");
        cell(row, qemu);
    } else {
        figures_missing(compare, "the machine's image in another hypervisor: there is no "
                                 "QEMU on the other host");
    }
    figures_fact(compare, "elsewhere-container", runs(container));
    figures_fact(compare, "elsewhere-vm", runs(vm));
    figures_fact(compare, "elsewhere-qemu", runs(qemu));
    figures_fact(compare, "elsewhere-container-has-that-kernel",
                 strcmp(word(container, "kernel"), word(there, "kernel")) == 0);
    *everywhere = *everywhere && runs(container);
    (void)snprintf(sentence, sizeof sentence,
                   " On another host, with Linux %.60s, the container %s, and the "
                   "machine %s%s.",
                   word(there, "kernel"),
                   runs(container) ? "runs, on that kernel" : "does not run",
                   runs(vm) ? "runs, on its own" : "does not under its KVM",
                   !json_is_object(qemu) ? ""
                   : runs(qemu)          ? "; QEMU, which needs no KVM, runs it there"
                                         : ", nor in QEMU");
    return sentence;
}
