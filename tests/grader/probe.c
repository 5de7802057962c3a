/* probe.c - the main program of every probe; see probe.h.
 *
 * It looks its word up in the table of the lesson's probe and runs it. Before, it takes the
 * signals of a crash, to write down where that was: the judge turns the address into a line of
 * the learner's file. The handler runs on a stack of its own, because the usual one may be what
 * overflowed, and then lets the signal have its way.
 *
 * Nothing here is trusted: it shares a process with the learner's code.
 *
 * Read on: sigaction(2), sigaltstack(2), signal-safety(7).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ucontext.h>
#include <ucontext.h>
#include <unistd.h>
#include <unwind.h>
#include "probe.h"

enum {
    LINE_BYTES = 4000, /* less than PIPE_BUF: written at once, or not at all (pipe(7)) */
    FRAMES = 12,
    STATUS_NO_WORD = 120, /* what a probe ends with when it is itself at fault */
    STATUS_NO_JUDGE = 121,
};

static char nonce[64];

/* --- what it says to the judge -------------------------------------------------------------- */

void probe_ready(const char *format, ...)
{
    int saved = errno;
    char text[LINE_BYTES - 200], line[LINE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length < 0 || length >= (int)sizeof text)
        length = length < 0 ? 0 : (int)sizeof text - 1;
    int size = snprintf(line, sizeof line, "\036ready %s %d %.*s\n", nonce, length,
                        length, text);
    (void)fflush(stdout); /* what was printed before comes before */
    if (write(STDOUT_FILENO, line, (size_t)size) != size) {
        (void)dprintf(STDERR_FILENO, "descriptor 1 is not what it was: %s\n",
                      strerror(errno));
        _exit(STATUS_NO_JUDGE);
    }
    char go;
    ssize_t got;
    do {
        got = read(STDIN_FILENO, &go,
                   1); /* at the end of input there is no gate any more */
    } while (got == -1 && errno == EINTR);
    if (got == -1) {
        (void)dprintf(STDERR_FILENO, "descriptor 0 is not what it was: %s\n",
                      strerror(errno));
        _exit(STATUS_NO_JUDGE);
    }
    errno = saved;
}

/* --- a crash -------------------------------------------------------------------------------- */

struct crash_line {
    char text[32 + FRAMES * 17];
    size_t length;
    int frames;
};

static void add_text(struct crash_line *line, const char *text)
{
    while (*text && line->length < sizeof line->text - 1)
        line->text[line->length++] = *text++;
}

/* printf is not to be called here: signal-safety(7). */
static void add_address(struct crash_line *line, uintptr_t address)
{
    char digits[17];
    int at = 16;
    digits[at] = '\0';
    do {
        digits[--at] = "0123456789abcdef"[address & 15];
        address >>= 4;
    } while (address && at > 0);
    add_text(line, digits + at);
    add_text(line, " ");
}

static _Unwind_Reason_Code add_frame(struct _Unwind_Context *context, void *data)
{
    struct crash_line *line = data;
    add_address(line, _Unwind_GetIP(context));
    return ++line->frames < FRAMES ? _URC_NO_REASON : _URC_END_OF_STACK;
}

static void write_line(struct crash_line *line)
{
    add_text(line, "\n");
    ssize_t written = write(STDERR_FILENO, line->text, line->length);
    (void)written; /* the judge sees the signal anyway */
}

static void crashed(int number, siginfo_t *about, void *context)
{
    (void)about;
    const ucontext_t *machine = context;
    uintptr_t here = (uintptr_t)machine->uc_mcontext.gregs[REG_RIP];
    struct crash_line line = {.length = 0};
    add_text(&line, "\036crash ");
    add_address(&line, here);
    struct crash_line safe = line;
    write_line(&safe); /* in case that the walk up the stack crashes: it may be ruined */
    line.frames = 0;
    (void)_Unwind_Backtrace(add_frame, &line);
    write_line(&line);
    /* SA_RESETHAND: the next one of this signal has its usual effect. */
    (void)raise(number);
}

static void note_crashes(void)
{
    static const int numbers[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL,
                                  SIGABRT, SIGSYS, SIGTRAP};
    static char stack[64 << 10];
    stack_t other = {.ss_sp = stack, .ss_size = sizeof stack};
    if (sigaltstack(&other, NULL) == -1)
        return; /* then a crash has no line */
    struct sigaction action = {
        .sa_sigaction = crashed,
        .sa_flags = SA_SIGINFO | SA_ONSTACK | (int)SA_RESETHAND | SA_NODEFER,
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        (void)sigaction(numbers[i], &action, NULL); /* likewise */
}

/* --- main ------------------------------------------------------------------------------------ */

int main(int argc, char **argv)
{
    const char *given = getenv("BOXWORK_PLAYER");
    (void)snprintf(nonce, sizeof nonce, "%s", given ? given : "-");
    (void)unsetenv("BOXWORK_PLAYER");
    note_crashes();
    for (const struct probe_word *w = probe_words; argc > 1 && w->word; w++)
        if (strcmp(w->word, argv[1]) == 0)
            return w->run(argc - 1, argv + 1);
    fprintf(stderr, "probe: %s: no such word\n", argc > 1 ? argv[1] : "(nothing)");
    return STATUS_NO_WORD;
}
