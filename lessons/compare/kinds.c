/* kinds.c - one list of words, and how each kind is told to run it. */
#define _GNU_SOURCE
#include "kinds.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

const char *const kind_names[KINDS] = {
    [KIND_PROCESS] = "process",
    [KIND_CONTAINER] = "container",
    [KIND_VM] = "virtual machine",
};

const char *const kind_columns[KINDS + 1] = {"process", "container", "virtual machine",
                                             NULL};

/* A process has no root of its own: what is /bin/sh for the others is ROOT/bin/sh for it. */
static void as_process(const struct compare *compare, char *const words[],
                       struct kind_command *command)
{
    size_t used = 0, texts = 0;
    for (size_t i = 0; words[i] != NULL && used < RUN_WORDS - 1; i++) {
        char *word = words[i];
        if (word[0] == '/' && strncmp(word, "/proc", 5) != 0 && texts < 3) {
            (void)snprintf(command->text[texts], sizeof command->text[0], "%s%s",
                           compare->root, word);
            word = command->text[texts++];
        }
        command->argv[used++] = word;
    }
    command->argv[used] = NULL;
    (void)snprintf(command->text[3], sizeof command->text[3], "%s/bin", compare->root);
    command->how.path = command->text[3];
}

static void as_container(const struct compare *compare, char *const words[],
                         struct kind_command *command)
{
    size_t used = 3;
    command->argv[0] = compare->container;
    command->argv[1] = "run";
    command->argv[2] = compare->root;
    for (size_t i = 0; words[i] != NULL && used < RUN_WORDS - 1; i++)
        command->argv[used++] = words[i];
    command->argv[used] = NULL;
}

/* The kernel gives its init the words behind "--". */
static void as_vm(const struct compare *compare, char *const words[],
                  struct kind_command *command)
{
    char *line = command->text[0];
    size_t size = sizeof command->text[0];
    size_t length = (size_t)snprintf(line, size, "console=ttyS0 loglevel=0 panic=-1%s",
                                     words[0] ? " --" : "");
    for (size_t i = 0; words[i] != NULL && length < size; i++)
        length += (size_t)snprintf(line + length, size - length, " %s", words[i]);
    char *argv[] = {
        compare->hypervisor, "run",           "--kernel", compare->kernel,
        "--initrd",          compare->initrd, "--memory", (char *)compare->vm_memory,
        "--stats",           "--append",      line,       NULL};
    memcpy(command->argv, argv, sizeof argv);
}

void kind_command(const struct compare *compare, enum kind kind, char *const words[],
                  struct kind_command *command)
{
    static void (*const as[KINDS])(const struct compare *, char *const[],
                                   struct kind_command *) = {
        [KIND_PROCESS] = as_process,
        [KIND_CONTAINER] = as_container,
        [KIND_VM] = as_vm,
    };
    command->how = (struct run_how){0};
    as[kind](compare, words, command);
}

void kind_add(struct kind_command *command, char *const words[])
{
    size_t used = 0, more = 0;
    while (command->argv[used] != NULL)
        used++;
    while (words[more] != NULL)
        more++;
    if (used + more >= RUN_WORDS)
        return; /* nobody has that many */
    memmove(command->argv + 2 + more, command->argv + 2,
            (used - 1) * sizeof *command->argv);
    memcpy(command->argv + 2, words, more * sizeof *words);
}

int kind_run(struct compare *compare, enum kind kind, char *const words[],
             struct run_result *result)
{
    struct kind_command command;
    kind_command(compare, kind, words, &command);
    if (run_command(command.argv, &command.how, result) == -1)
        return compare_failed(compare, "%s: %s: %s", kind_names[kind], words[0],
                              strerror(errno));
    const char *inside = kind == KIND_VM ? run_answer(result, "boxwork: end") : "0";
    if (result->status == 0 && strcmp(inside, "0") == 0)
        return 0;
    if (kind == KIND_VM)
        return compare_failed(compare, "%s: %s ended with %s inside, and %d: %.200s",
                              kind_names[kind], words[0], inside[0] ? inside : "nothing",
                              result->status, result->errors);
    return compare_failed(compare, "%s: %s ended with %d: %.200s", kind_names[kind],
                          words[0], result->status, result->errors);
}

int kind_shell(struct compare *compare, const char *script, double *time)
{
    char busybox[4200];
    struct run_result result;
    struct run_how how = {.path = "/usr/bin:/bin", .directory = compare->directory};
    (void)snprintf(busybox, sizeof busybox, "%s/bin/busybox", compare->root);
    int failed = run_command((char *[]){busybox, "sh", "-e", "-c", (char *)script, NULL},
                             &how, &result);
    *time = (double)(result.ended - result.started);
    if (failed || result.status != 0)
        failed = compare_failed(compare, "%.80s: %.200s", script,
                                failed ? strerror(errno) : result.errors);
    run_free(&result);
    return failed;
}
