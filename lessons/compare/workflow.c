/* workflow.c - claim 12: from a changed line of source to the program running again.
 *
 * The program is in assembly, because the lab machine has an assembler and no compiler; a
 * compiler would add the same time to all three. What differs is how the new program gets to
 * where it runs: a process has it at once, a container gets a file in its root, a virtual
 * machine an initramfs that is packed again.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "figures.h"
#include "kinds.h"

enum stage { BUILD, PUT, RUN, STAGES };
enum { ROUNDS_MOST = 8 };

struct workflow {
    struct compare *compare;
    enum kind kind;
    size_t runs;
    double stages[STAGES][ROUNDS_MOST];
};

/* The source, with what it prints changed, and a program of it. */
static const char build_script[] =
    "printf '%%s\\n' '.globl _start' '_start: mov $1, %%eax; mov $1, %%edi; lea "
    "t(%%rip), %%rsi'"
    " 'mov $n, %%edx; syscall; mov $60, %%eax; xor %%edi, %%edi; syscall'"
    " 't: .ascii \"changed %zu\\n\"' '.set n, . - t' > new.s\n"
    "as -o new.o new.s && ld -o new new.o";

/* How the new program gets to where it runs. */
static const char *put_script(enum kind kind)
{
    return kind == KIND_PROCESS     ? ":"
           : kind == KIND_CONTAINER ? "cp new image/bin/new"
                                    : "cp new image/bin/new\n"
                                      "(cd image; find . | cpio -o -H newc) > new.cpio "
                                      "2>/dev/null";
}

/* Runs the new program in KIND, and looks whether it is the new one. */
static int run_new(struct workflow *workflow, const char *wanted, double *time)
{
    struct compare *compare = workflow->compare;
    char *root = compare->root, *initrd = compare->initrd;
    char image[128], cpio[128], program[128];
    struct run_result result;
    (void)snprintf(image, sizeof image, "%s/image", compare->directory);
    (void)snprintf(cpio, sizeof cpio, "%s/new.cpio", compare->directory);
    (void)snprintf(program, sizeof program, "%s/new", compare->directory);
    int failed;
    if (workflow->kind == KIND_PROCESS) {
        failed = run_command((char *[]){program, NULL}, NULL, &result);
        if (failed)
            (void)compare_failed(compare, "%s: %s", program, strerror(errno));
    } else {
        compare->root = image;
        compare->initrd = cpio;
        failed = kind_run(compare, workflow->kind, (char *[]){"/bin/new", NULL}, &result);
        compare->root = root;
        compare->initrd = initrd;
    }
    *time = (double)(result.ended - result.started);
    if (!failed && run_line(&result, wanted) == NULL)
        failed = compare_failed(compare, "%s: the changed program did not run",
                                kind_names[workflow->kind]);
    run_free(&result);
    return failed;
}

/* One change, from the source to its end (measure_work); COUNT is 1. */
static int change_once(void *context, size_t count)
{
    struct workflow *workflow = context;
    char script[1024], wanted[32];
    double times[STAGES];
    (void)count;
    progress_say(workflow->compare, "%s, change %zu", kind_names[workflow->kind],
                 workflow->runs + 1);
    (void)snprintf(script, sizeof script, build_script, workflow->runs);
    (void)snprintf(wanted, sizeof wanted, "changed %zu", workflow->runs);
    if (kind_shell(workflow->compare, script, &times[BUILD]) == -1 ||
        kind_shell(workflow->compare, put_script(workflow->kind), &times[PUT]) == -1 ||
        run_new(workflow, wanted, &times[RUN]) == -1)
        return -1;
    for (int s = 0; s < STAGES; s++)
        workflow->stages[s][workflow->runs] = times[s];
    workflow->runs++;
    return 0;
}

int measure_workflow(struct compare *compare)
{
    static const char *const columns[] = {"assembled and linked", "put into the image",
                                          "run, to its end", NULL};
    struct workflow workflows[KINDS];
    struct measure_subject subjects[KINDS];
    double times[KINDS][ROUNDS_MOST], ignored;
    size_t rounds = compare_times(compare, 2, 5), warmups = compare_times(compare, 0, 1);
    char copy[4400];
    (void)snprintf(copy, sizeof copy, "cp -a '%s' image", compare->root);
    if (kind_shell(compare, copy, &ignored) == -1)
        return -1;
    for (int kind = 0; kind < KINDS; kind++) {
        workflows[kind] = (struct workflow){.compare = compare, .kind = (enum kind)kind};
        subjects[kind] =
            (struct measure_subject){change_once, &workflows[kind], 1, times[kind]};
    }
    if (measure_rounds(subjects, KINDS, warmups, rounds) == -1)
        return -1;
    json_t *table = figures_table(compare, "stages", "From the changed source to the end",
                                  "ms", CHART_STACK, columns);
    struct measure_summary all[KINDS];
    for (int kind = 0; kind < KINDS; kind++) {
        json_t *row = figures_row(table, kind_names[kind]);
        for (int s = 0; s < STAGES; s++)
            if (figures_samples(compare, row, workflows[kind].stages[s] + warmups, rounds,
                                1e-6) == -1)
                return -1;
        (void)measure_summary(times[kind], rounds, &all[kind]); /* as a moment ago */
    }
    figures_fact(compare, "process-ms", all[KIND_PROCESS].median / 1e6);
    figures_fact(compare, "container-ms", all[KIND_CONTAINER].median / 1e6);
    figures_fact(compare, "vm-ms", all[KIND_VM].median / 1e6);
    return figures_verdict(
        compare,
        all[KIND_VM].median > 2 * all[KIND_CONTAINER].median ? HOLDS : DOES_NOT_HOLD,
        "From the changed line to the end of the run it takes %s as a process, %s in "
        "a container and %s in a virtual machine, whose image has to be packed again "
        "and whose kernel has to boot.",
        figures_time(all[KIND_PROCESS].median), figures_time(all[KIND_CONTAINER].median),
        figures_time(all[KIND_VM].median));
}
