/* calls_show.c - turns what strace wrote into what a learner wants to see.
 *
 * A line of strace is "PID call(arguments) = result". A call that blocks comes in two pieces,
 * with lines of other processes between them ("<unfinished ...>", "<... resumed>"): they are
 * put together at the place of the first. What a program does after a successful execve(2) is
 * the program's own business and left out, as is what the C library does to have memory and
 * signals, what is only printing, and the search through PATH. An argument that goes on for lines is
 * cut in its middle.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "calls.h"

#define LABEL 9     /* columns of "here" or the pid */
#define MOST_ROWS 3 /* of one call, unless all is shown */
#define UNFINISHED " <unfinished ...>"

struct line {
    pid_t pid;
    char *text;
    bool waits; /* for its second piece */
};

struct lines {
    struct line *all;
    size_t count, room;
};

/* Of memory, signals, threads and time: how the C library lives, not what the command does. */
static const char *const noise[] = {
    "brk",
    "mmap",
    "munmap",
    "mremap",
    "mprotect",
    "madvise",
    "futex",
    "rt_sigprocmask",
    "rt_sigaction",
    "rt_sigreturn",
    "getrandom",
    "sigaltstack",
    "set_tid_address",
    "set_robust_list",
    "rseq",
    "arch_prctl",
    "restart_syscall",
    "getpid",
    "getpgrp",
    "access",
    "write(1<",
    "write(2<",
};

static bool is_noise(const char *text)
{
    for (size_t i = 0; i < sizeof noise / sizeof *noise; i++) {
        size_t length = strlen(noise[i]);
        if (strncmp(text, noise[i], length) == 0 &&
            (noise[i][length - 1] == '<' || text[length] == '('))
            return true;
    }
    /* the end of a child has a line of its own */
    return strncmp(text, "--- SIGCHLD", 11) == 0;
}

/* What strace says of every call, and of none in particular: the working directory behind
 * AT_FDCWD, and the blanks that put results below each other. Changed in place. */
static void tidy(char *text)
{
    char *to = text;

    for (const char *from = text; *from;) {
        if (strncmp(from, "AT_FDCWD<", 9) == 0) {
            to = mempcpy(to, from, 8);
            from += 8 + strcspn(from + 8, ">");
            from += *from == '>';
        } else if (strncmp(from, ")  ", 3) == 0) {
            *to++ = *from++;
            from += strspn(from, " ") - 1;
        } else {
            *to++ = *from++;
        }
    }
    *to = '\0';
}

static bool is_mark(const char *text)
{
    return strstr(text, CALLS_MARK) != NULL;
}

static bool is_exec(const char *text)
{
    size_t length = strlen(text);

    return strncmp(text, "execve", 6) == 0 && length > 4 &&
           strcmp(text + length - 4, " = 0") == 0;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), least = strlen(end);

    return length >= least && strcmp(text + length - least, end) == 0;
}

/* Puts the second piece of a call behind its first one. Returns whether there was one. */
static bool resume(struct lines *lines, pid_t pid, const char *text)
{
    const char *rest = strstr(text, "resumed>");
    char *whole;

    if (strncmp(text, "<... ", 5) != 0 || !rest)
        return false;
    for (size_t i = lines->count; i-- > 0;) {
        struct line *line = &lines->all[i];
        if (line->pid != pid || !line->waits)
            continue;
        line->waits = false;
        if (asprintf(&whole, "%s%s", line->text, rest + strlen("resumed>")) == -1)
            return true; /* shown without its result */
        free(line->text);
        line->text = whole;
        return true;
    }
    return true; /* began before we were there */
}

static int add(struct lines *lines, pid_t pid, const char *text)
{
    if (lines->count == lines->room) {
        size_t room = lines->room ? 2 * lines->room : 64;
        struct line *more = reallocarray(lines->all, room, sizeof *more);
        if (!more)
            return -1;
        lines->all = more;
        lines->room = room;
    }
    struct line *line = &lines->all[lines->count];
    *line = (struct line){.pid = pid, .text = strdup(text)};
    if (!line->text)
        return -1;
    if (ends_with(text, UNFINISHED)) {
        line->waits = true;
        line->text[strlen(text) - strlen(UNFINISHED)] = '\0';
    }
    lines->count++;
    return 0;
}

static int read_lines(FILE *log, struct lines *lines)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    int result = 0;

    while (result == 0 && (length = getline(&line, &room, log)) != -1) {
        char *text;
        line[length - (line[length - 1] == '\n')] = '\0';
        long pid = strtol(line, &text, 10);
        text += strspn(text, " ");
        if (!resume(lines, (pid_t)pid, text))
            result = add(lines, (pid_t)pid, text);
    }
    free(line);
    return result;
}

/* Prints TEXT behind its label, broken before a word that does not fit. */
static void print_wrapped(const char *label, const char *text, int columns)
{
    size_t room = columns > 2 * LABEL ? (size_t)(columns - LABEL - 1) : (size_t)LABEL;
    bool first = true;

    printf("%-*s", LABEL, label);
    for (;;) {
        size_t length = strlen(text), most = first ? room : room - 4;
        if (length <= most) {
            printf("%s\n", text);
            return;
        }
        size_t cut = most;
        while (cut > most / 2 && text[cut] != ' ')
            cut--;
        if (text[cut] != ' ')
            cut = most;
        printf("%.*s\n%*s", (int)cut, text, LABEL + 4, "");
        text += cut + strspn(text + cut, " ");
        first = false;
    }
}

/* Takes out of the middle what is more than MOST_ROWS: the result stays. */
static void shorten(char *text, int columns)
{
    static const char gap[] = " … ";
    size_t most = MOST_ROWS * (size_t)(columns > 2 * LABEL ? columns - LABEL - 5 : LABEL);
    size_t length = strlen(text), tail = most / 3;

    if (length <= most)
        return;
    memcpy(text + most - tail - strlen(gap), gap, strlen(gap));
    memmove(text + most - tail, text + length - tail, tail + 1);
}

/* An execve that did not find its file, when the next one may: the search through PATH. */
static bool is_search(const struct lines *lines, size_t at)
{
    const struct line *line = &lines->all[at];

    if (strncmp(line->text, "execve", 6) != 0 || !strstr(line->text, " = -1 ENOENT"))
        return false;
    for (size_t i = at + 1; i < lines->count; i++)
        if (lines->all[i].pid == line->pid)
            return strncmp(lines->all[i].text, "execve", 6) == 0;
    return false;
}

/* Whether this process has executed a program, in the lines before END. */
static bool is_program(const struct lines *lines, size_t end)
{
    for (size_t i = 0; i < end; i++)
        if (lines->all[i].pid == lines->all[end].pid && is_exec(lines->all[i].text))
            return true;
    return false;
}

static bool is_shown(const struct lines *lines, size_t at, bool all)
{
    const char *text = lines->all[at].text;

    if (all)
        return true;
    return !is_noise(text) && !is_search(lines, at) &&
           (strncmp(text, "+++", 3) == 0 || !is_program(lines, at));
}

int calls_show(FILE *log, pid_t session, bool all, int columns)
{
    struct lines lines = {0};
    size_t first = 0, last = 0, shown = 0;
    int result = read_lines(log, &lines);

    for (size_t i = 0; i < lines.count; i++)
        if (lines.all[i].pid == session && is_mark(lines.all[i].text)) {
            first = last;
            last = i;
        }
    for (size_t i = first; i < lines.count; i++) {
        struct line *line = &lines.all[i];
        char label[16];
        if (is_mark(line->text) || (line->pid == session && i > last) ||
            !is_shown(&lines, i, all))
            continue;
        snprintf(label, sizeof label, "%d", (int)line->pid);
        tidy(line->text);
        if (!all)
            shorten(line->text, columns);
        print_wrapped(line->pid == session ? "here" : label, line->text, columns);
        shown++;
    }
    if (shown == 0 && result == 0)
        printf("no system call worth showing: `calls --all` shows every one\n");
    for (size_t i = 0; i < lines.count; i++)
        free(lines.all[i].text);
    free(lines.all);
    return result;
}
