/* show.c - the filters of a box, in words.
 *
 * The kernel tells everybody how many filters a process has (/proc/PID/status), and root what is
 * in them, by ptrace(2): so what `spawn` has installed can be compared with what is there.
 *
 * Read on: ptrace(2), PTRACE_SECCOMP_GET_FILTER; linux/filter.h and linux/bpf_common.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/audit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include "show.h"
#include "words.h"

enum { SHORT = 12, TEXT = 64 };

/* What lies in the accumulator: an offset in struct seccomp_data. */
enum { NUMBER = 0, ARCHITECTURE = 4, ARGUMENTS = 16 };

static const char *name_of_field(uint32_t offset)
{
    static char text[TEXT];

    if (offset == NUMBER)
        return "the number of the call";
    if (offset == ARCHITECTURE)
        return "the architecture";
    if (offset < ARGUMENTS)
        return "the address of the instruction";
    (void)snprintf(text, sizeof text, "argument %u, its %s 32 bits",
                   (offset - ARGUMENTS) / 8, offset % 8 ? "high" : "low");
    return text;
}

/* A value, as it is called where FIELD was loaded. */
static const char *name_of_value(uint32_t field, uint32_t value)
{
    static char text[TEXT];

    if (field == ARCHITECTURE && value == AUDIT_ARCH_X86_64)
        return "x86-64";
    if (field == NUMBER && value < 0x40000000)
        (void)snprintf(text, sizeof text, "%u, %s", value, words_call_name((int)value));
    else if (field == NUMBER && value == 0x40000000)
        (void)snprintf(text, sizeof text, "%#x, x32", value);
    else
        (void)snprintf(text, sizeof text, "%#x", value);
    return text;
}

static const char *name_of_jump(uint16_t code)
{
    switch (BPF_OP(code)) {
    case BPF_JEQ:
        return "";
    case BPF_JGE:
        return "at least ";
    case BPF_JGT:
        return "more than ";
    default:
        return "with a bit of ";
    }
}

/* FIELD is what was loaded last; jumps only go forward, so this mostly is what is there. */
static void print_instruction(const struct sock_filter *i, unsigned at, uint32_t *field)
{
    printf("  %4u  ", at);
    switch (BPF_CLASS(i->code)) {
    case BPF_LD:
        *field = i->k;
        printf("load %s\n", name_of_field(i->k));
        break;
    case BPF_ALU:
        printf("keep its bits %#x\n", i->k);
        break;
    case BPF_RET:
        printf("%s\n", words_action_name(i->k));
        break;
    case BPF_JMP:
        if (BPF_OP(i->code) == BPF_JA)
            printf("go to %u\n", at + 1 + i->k);
        else
            printf("is it %s%s? yes: %u, no: %u\n", name_of_jump(i->code),
                   name_of_value(*field, i->k), at + 1 + i->jt, at + 1 + i->jf);
        break;
    default:
        printf("code %#x, %#x\n", i->code, i->k);
    }
}

static void print_program(const struct filter *filter, bool all)
{
    uint32_t field = NUMBER;
    unsigned count = all || filter->count <= SHORT ? filter->count : SHORT - 2;

    for (unsigned i = 0; i < count; i++)
        print_instruction(&filter->instructions[i], i, &field);
    if (count < filter->count)
        printf("        and %u more\n", filter->count - count);
}

/* --- what the kernel has ------------------------------------------------------------- */

/* Whether filter number AT of PID, counted from the one installed first, is FILTER. -1: the kernel
 * does not say; PID is stopped. */
static int is_there(pid_t pid, unsigned at, const struct filter *filter)
{
    long count = ptrace(PTRACE_SECCOMP_GET_FILTER, pid, at, NULL);
    struct sock_filter *there = count > 0 ? calloc((size_t)count, sizeof *there) : NULL;
    int same = -1;

    if (there && ptrace(PTRACE_SECCOMP_GET_FILTER, pid, at, there) == count)
        same = count == filter->count &&
               memcmp(there, filter->instructions, (size_t)count * sizeof *there) == 0;
    free(there);
    return same;
}

/* "the kernel has the same" or why that is not known. */
static const char *compare(pid_t pid, int filters, const struct filtered *box)
{
    int status, same = 1;

    if (ptrace(PTRACE_SEIZE, pid, 0, 0) == -1)
        return "only root may ask the kernel what is in them";
    if (ptrace(PTRACE_INTERRUPT, pid, 0, 0) == -1 ||
        TEMP_FAILURE_RETRY(waitpid(pid, &status, __WALL)) == -1)
        same = -1;
    for (unsigned i = 0; same == 1 && i < box->count; i++)
        same = is_there(pid, (unsigned)filters - (unsigned)box->count + i,
                        &box->filters[i].program);
    (void)ptrace(PTRACE_DETACH, pid, 0, 0); /* fails when it has ended meanwhile */
    return same == -1 ? "only root may ask the kernel what is in them"
           : same     ? "the kernel has the same instructions"
                      : "the kernel has others";
}

/* Prints the lines of /proc/PID/status that speak of filters. Returns how many these are, or -1
 * after having said why that is not known. */
static int print_status(struct tutor *tutor, const char *name, pid_t pid)
{
    char path[TEXT], line[256];
    int mode = -1, filters = -1, no_new_privileges = -1;

    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "re");
    if (!file) {
        (void)tutor_error(tutor, "%s: %s", path, strerror(errno));
        return -1;
    }
    while (fgets(line, sizeof line, file)) {
        (void)sscanf(line, "Seccomp: %d", &mode); /* else no match */
        (void)sscanf(line, "Seccomp_filters: %d", &filters);
        (void)sscanf(line, "NoNewPrivs: %d", &no_new_privileges);
    }
    (void)fclose(file); /* only read */
    printf("%s  Seccomp: %d  Seccomp_filters: %d  NoNewPrivs: %d\n", name, mode, filters,
           no_new_privileges);
    return filters;
}

int show_box(struct tutor *tutor, const char *name, pid_t pid, const struct filtered *box,
             bool all)
{
    int filters = print_status(tutor, name, pid);

    if (filters == -1)
        return 1;
    if (!box)
        return 0;
    for (size_t i = 0; i < box->count; i++) {
        const struct filtered_one *one = &box->filters[i];
        printf("%s: %u instructions%s\n", one->label, one->program.count,
               one->asks ? ", asks the session" : "");
        print_program(&one->program, all);
    }
    printf("%s\n", compare(pid, filters, box));
    return 0;
}
