/* makecall.c - one system call, made in a box.
 *
 * No program makes every call, so the session goes into the box itself and makes it, in the way
 * of the architecture that is asked for. What came back is left in memory that the session can
 * see: a filter may refuse all calls by which it could be told.
 *
 * Read on: syscall(2); Documentation/arch/x86/entry_64.rst for int 0x80.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include "../c04-namespaces/start.h"
#include "makecall.h"
#include "words.h"

enum { ARGUMENTS = 3, X32_BIT = 0x40000000 };

enum way { SYSCALL, INT80 };

struct order {
    long number;
    enum way way;
    uint64_t arguments[ARGUMENTS];
    int count;
    volatile bool returned;
    volatile long result;
};

/* Numbers that have names; what they mean is on the page. */
static const struct {
    const char *name;
    uint64_t value;
} values[] = {
    {"TIOCSTI", TIOCSTI},         {"TIOCLINUX", TIOCLINUX},
    {"AF_ALG", AF_ALG},           {"AF_VSOCK", AF_VSOCK},
    {"AF_UNIX", AF_UNIX},         {"CLONE_NEWUSER", CLONE_NEWUSER},
    {"CLONE_NEWNS", CLONE_NEWNS}, {"CLONE_NEWNET", CLONE_NEWNET},
};

/* A number, a name of those above, or a text. False for the name of another constant, such as
 * O_RDONLY: as a text it would be an address, and the call a riddle. */
static bool read_value(const char *text, uint64_t *value)
{
    char *end;

    *value = strtoull(text, &end, 0);
    if (*text && !*end)
        return true;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        if (strcmp(values[i].name, text) == 0) {
            *value = values[i].value;
            return true;
        }
    }
    *value = (uint64_t)(uintptr_t)text;
    return !strchr(text, '_') ||
           text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")];
}

/* Some calls end more than the process that makes them, whoever asks. */
static bool is_dear(const char *name)
{
    static const char *const names[] = {"reboot",  "kexec_load", "kill",
                                        "vhangup", "swapoff",    NULL};
    size_t i = 0;

    while (names[i] && strcmp(names[i], name) != 0)
        i++;
    return names[i];
}

static int read_order(struct tutor *tutor, char *const *words, struct order *order)
{
    const char *name = strchr(words[0], ':') ? strchr(words[0], ':') + 1 : words[0];

    if (is_dear(name))
        return tutor_error(tutor, "%s: is not made here, where it could succeed", name);
    if (strncmp(words[0], "i386:", 5) == 0) {
        order->way = INT80;
        order->number = seccomp_syscall_resolve_name_arch(SCMP_ARCH_X86, name);
        if (order->number < 0)
            return tutor_error(tutor, "%s: is no system call of i386", name);
    } else if (name == words[0] || strncmp(words[0], "x32:", 4) == 0) {
        order->number = words_call(tutor, name);
        if (order->number == -1)
            return 1;
        order->number |= name == words[0] ? 0 : X32_BIT;
    } else {
        return tutor_error(tutor,
                           "%s: before a call there may be i386: or x32:", words[0]);
    }
    for (; words[1 + order->count]; order->count++) {
        if (order->count == ARGUMENTS)
            return tutor_error(tutor, "a call gets at most %d arguments here", ARGUMENTS);
        if (!read_value(words[1 + order->count], &order->arguments[order->count]))
            return tutor_error(tutor,
                               "%s: is not known here: give its number; help call "
                               "lists the names that are",
                               words[1 + order->count]);
    }
    return 0;
}

/* In the box. */
static int make(struct tutor *tutor, void *context)
{
    const struct rlimit no_core = {0, 0};
    struct order *order = context;
    const uint64_t *a = order->arguments;
    long result = order->number;

    (void)tutor;
    (void)setrlimit(RLIMIT_CORE, &no_core); /* else a kill leaves a file */
    if (order->way == INT80)
        __asm__ volatile("int $0x80"
                         : "+a"(result)
                         : "b"(a[0]), "c"(a[1]), "d"(a[2])
                         : "memory", "r8", "r9", "r10", "r11");
    else
        __asm__ volatile("syscall"
                         : "+a"(result)
                         : "D"(a[0]), "S"(a[1]), "d"(a[2])
                         : "memory", "rcx", "r11");
    order->result = order->way == INT80 ? (int)result : result;
    order->returned = true;
    return 0;
}

static void print(char *const *words, const struct order *order, int status)
{
    printf("%s(", words[0]);
    for (int i = 0; i < order->count; i++)
        printf("%s%s", i ? ", " : "", words[1 + i]);
    printf("): ");
    if (status > 128)
        printf("the process is ended by SIG%s\n", sigabbrev_np(status - 128));
    else if (order->result < 0 && order->result > -4096)
        printf("%s\n", words_failure((int)-order->result));
    else
        printf("returns %ld\n", order->result);
}

int makecall_in(struct tutor *tutor, pid_t pid, char *const *words)
{
    struct order *order = mmap(NULL, sizeof *order, PROT_READ | PROT_WRITE,
                               MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (order == MAP_FAILED)
        return tutor_error(tutor, "mmap: %s", strerror(errno));
    *order = (struct order){0};
    int result = read_order(tutor, words, order);
    if (result == 0) {
        int status = start_act(tutor, pid, make, order);
        if (order->returned || (status > 128 && status < 128 + 65))
            print(words, order, status);
        else
            result = 1; /* why it could not go in has been said */
    }
    (void)munmap(order, sizeof *order); /* it was mapped above */
    return result;
}
