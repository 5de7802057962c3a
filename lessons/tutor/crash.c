/* crash.c - says where a command crashed: in which of the learner's functions, at which line.
 *
 * The frames of the crash are looked through from the inside; the first one in a learner's
 * module is the one to name, even when the access itself was in the C library (strlen of
 * NULL). The line comes from addr2line, which the compiler's package brings along; without
 * it the name comes from the dynamic symbols.
 *
 * Read on: backtrace(3), dladdr(3), addr2line(1).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "session.h"
#include "switch_mine.h"

/* Asks addr2line for the function and "FILE:LINE" of OFFSET. Returns false when it cannot
 * say. */
static bool find_line(const struct tutor *tutor, const char *lesson, unsigned long offset,
                      char *function, size_t function_size, char *line, size_t line_size)
{
    char *command;

    if (asprintf(&command, "addr2line -f -s -e '%s/build/labs/%s.so' %#lx 2>/dev/null",
                 tutor->top, lesson, offset) == -1)
        return false;
    FILE *pipe = popen(command, "re");
    free(command);
    if (!pipe)
        return false;
    bool found =
        fgets(function, (int)function_size, pipe) && fgets(line, (int)line_size, pipe);
    if (pclose(pipe) != 0 || !found)
        return false;
    function[strcspn(function, "\n")] = '\0';
    line[strcspn(line, "\n ")] = '\0';
    return function[0] != '?' && line[0] != '?';
}

/* Names a frame in a learner's module. Returns false when ADDRESS is in none. */
static bool explain_mine(const struct tutor *tutor, const void *address, const char *what)
{
    char function[128], line[256];
    unsigned long offset;
    Dl_info info;
    const char *lesson = switch_mine_lesson(address, &offset);

    if (!lesson)
        return false;
    if (find_line(tutor, lesson, offset, function, sizeof function, line, sizeof line))
        fprintf(stderr, "your %s crashed: %s: labs/%s/%s\n", function, what, lesson,
                line);
    else if (dladdr(address, &info) != 0 && info.dli_sname)
        fprintf(stderr, "your %s crashed: %s: labs/%s\n", info.dli_sname, what, lesson);
    else
        fprintf(stderr, "your module crashed: %s: labs/%s\n", what, lesson);
    return true;
}

void crash_explain(const struct tutor *tutor, const struct guard_outcome *outcome)
{
    char what[128];
    Dl_info info;

    if (outcome->signal == SIGSEGV || outcome->signal == SIGBUS)
        snprintf(what, sizeof what, "%s at address %p", strsignal(outcome->signal),
                 outcome->address);
    else
        snprintf(what, sizeof what, "%s", strsignal(outcome->signal));

    for (int i = 0; i < outcome->frame_count; i++) {
        /* a return address stands behind its call, perhaps on the next line already */
        const char *address = (const char *)outcome->frames[i];
        if (outcome->frames[i] != outcome->instruction)
            address--;
        if (explain_mine(tutor, address, what))
            return;
    }
    const char *name = NULL;
    if (outcome->instruction && dladdr(outcome->instruction, &info) != 0)
        name = info.dli_sname ? info.dli_sname : info.dli_fname;
    fprintf(stderr, "%s: the command crashed: %s%s%s\n", tutor->word ? tutor->word : "sh",
            what, name ? ": in " : "", name ? name : "");
}
