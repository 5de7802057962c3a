/* guest.c - the other end of the serial line of init.c. */
#define _GNU_SOURCE
#include "guest.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NO_GUEST                                                                         \
    {                                                                                    \
        .process = {.pid = -1, .input = -1, .output = -1, .errors = -1 }                 \
    }

static struct guest pool[GUESTS] = {NO_GUEST, NO_GUEST};

/* Waits until a line that begins with START is there. Returns where it begins in guest->text, or
 * -1 with errno. */
static ssize_t wait_for(struct guest *guest, const char *start, double seconds)
{
    enum { CHUNK = 4096 };
    uint64_t until = measure_now() + (uint64_t)(seconds * 1e9);
    for (;;) {
        for (size_t at = 0; at < guest->length;) {
            char *end = memchr(guest->text + at, '\n', guest->length - at);
            if (end == NULL)
                break;
            if (strncmp(guest->text + at, start, strlen(start)) == 0)
                return (ssize_t)at;
            at = (size_t)(end - guest->text) + 1;
        }
        struct pollfd ready = {.fd = guest->process.output, .events = POLLIN};
        uint64_t now = measure_now();
        errno = run_interrupted ? EINTR : ETIMEDOUT;
        if (run_interrupted || now >= until)
            return -1;
        if (poll(&ready, 1, 1000) <= 0) /* a signal may have come just before */
            continue;
        if (guest->room - guest->length <= CHUNK) {
            char *more = realloc(guest->text, guest->room * 2 + 2 * CHUNK);
            if (more == NULL)
                return -1;
            guest->text = more;
            guest->room = guest->room * 2 + 2 * CHUNK;
        }
        ssize_t got = read(guest->process.output, guest->text + guest->length, CHUNK);
        if (got == 0)
            errno = EPIPE; /* it has ended */
        if (got <= 0)
            return -1;
        guest->length += (size_t)got;
        guest->text[guest->length] = '\0';
    }
}

/* Takes LENGTH bytes away from the front. */
static void take(struct guest *guest, size_t length)
{
    guest->length -= length;
    memmove(guest->text, guest->text + length, guest->length + 1);
}

static void end_of(struct guest *guest)
{
    run_kill(&guest->process);
    free(guest->text);
    *guest = (struct guest){.process = RUN_NONE};
}

static void pause_guest(const struct guest *guest, bool stop)
{
    if (guest->process.pid != -1)
        (void)kill(guest->process.pid, stop ? SIGSTOP : SIGCONT); /* our own child */
}

/* The length of the line that begins at AT, with its end. */
static size_t line_length(const struct guest *guest, size_t at)
{
    return strcspn(guest->text + at, "\n") + 1;
}

/* What it has said on stderr so far, as TEXT of SIZE bytes. */
static void complaint(const struct guest *guest, char *text, size_t size)
{
    struct pollfd ready = {.fd = guest->process.errors, .events = POLLIN};
    ssize_t length = poll(&ready, 1, 100) == 1 ? read(ready.fd, text, size - 1) : 0;
    text[length > 0 ? length : 0] = '\0';
}

/* Boots the guest. Returns 0, or -1 with the reason in WHY of SIZE bytes. */
static int boot(struct compare *compare, struct guest *guest, bool ordinary, char *why,
                size_t size)
{
    struct kind_command command;
    kind_command(compare, KIND_VM, (char *[]){NULL}, &command);
    command.how.talk = true;
    command.how.ordinary = ordinary;
    ssize_t at = -1;
    if (run_start(command.argv, &command.how, &guest->process) == 0)
        at = wait_for(guest, "boxwork: ready", RUN_SECONDS);
    if (at == -1) {
        int saved = errno;
        complaint(guest, why, size);
        if (why[0] == '\0')
            (void)snprintf(why, size, "%s", strerror(saved));
        end_of(guest);
        return -1;
    }
    guest->boot = measure_now() - guest->process.started;
    take(guest, (size_t)at + line_length(guest, (size_t)at));
    pause_guest(guest, true);
    return 0;
}

struct guest *guest_get(struct compare *compare, unsigned number)
{
    struct guest *guest = &pool[number];
    char why[300];
    if (guest->process.pid != -1)
        return guest;
    progress_say(compare, "booting a virtual machine to ask");
    if (boot(compare, guest, false, why, sizeof why) == 0)
        return guest;
    (void)compare_failed(compare, "a virtual machine that stays: %s", why);
    return NULL;
}

struct guest *guest_get_ordinary(struct compare *compare, unsigned number, char *why,
                                 size_t size)
{
    struct guest *guest = &pool[number];
    end_of(guest);
    progress_say(compare, "booting a virtual machine as an ordinary user");
    return boot(compare, guest, true, why, size) == 0 ? guest : NULL;
}

/* Cuts what came before the line "boxwork: end" into RESULT. */
static int give(struct guest *guest, size_t at, struct run_result *result)
{
    result->output = strndup(guest->text, at);
    result->errors = strdup("");
    if (result->output == NULL || result->errors == NULL)
        return -1;
    result->status = atoi(guest->text + at + strlen("boxwork: end "));
    take(guest, at + line_length(guest, at));
    for (char *line = result->output, *end; (end = strchr(line, '\n')); line = end + 1) {
        struct run_line *more =
            realloc(result->lines, (result->line_count + 1) * sizeof *more);
        if (more == NULL)
            return -1;
        *end = '\0';
        result->lines = more;
        more[result->line_count++] =
            (struct run_line){.text = line, .when = result->ended};
    }
    return 0;
}

int guest_ask(struct compare *compare, struct guest *guest, const char *line,
              struct run_result *result)
{
    *result = (struct run_result){.started = measure_now()};
    pause_guest(guest, false);
    size_t length = strlen(line);
    ssize_t at = -1;
    if (write(guest->process.input, line, length) == (ssize_t)length &&
        write(guest->process.input, "\n", 1) == 1)
        at = wait_for(guest, "boxwork: end", RUN_SECONDS);
    result->ended = measure_now();
    pause_guest(guest, true);
    if (at != -1 && give(guest, (size_t)at, result) == 0)
        return 0;
    char why[300];
    int saved = errno;
    complaint(guest, why, sizeof why);
    end_of(guest);
    return compare_failed(compare, "%s: in a virtual machine: %s", line,
                          why[0] != '\0' ? why : strerror(saved));
}

void guests_reaped(pid_t pid)
{
    for (size_t i = 0; i < GUESTS; i++) {
        if (pool[i].process.pid != pid)
            continue;
        pool[i].process.pid = -1; /* there is nothing to kill any more */
        end_of(&pool[i]);
    }
}

void guests_end(void)
{
    for (size_t i = 0; i < GUESTS; i++)
        end_of(&pool[i]);
}
