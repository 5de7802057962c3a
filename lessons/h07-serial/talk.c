/* talk.c - the words that let a guest use its line: follow, console. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "wire.h"

#define SLICE 0.02 /* seconds between two looks at the keys */
#define PATIENCE 20

/* The wire, with a 64-bit guest that can go on; else NULL, and that has been said. */
static struct wire *wire_with_guest(struct tutor *tutor)
{
    struct wire *wire = wire_of(tutor);

    if (wire == NULL)
        return NULL;
    const struct guest64 *guest = wire->outside->guest;
    if (!guest64_is_long(guest)) {
        tutor_error(tutor, "there is no 64-bit guest: elf find, or elf talk");
        return NULL;
    }
    if (guest->host.exited || guest->fault >= 0 || guest->call_failed) {
        tutor_error(tutor, "the guest has ended: load it again with elf");
        return NULL;
    }
    return wire;
}

int wire_word_follow(struct tutor *tutor, int argc, char **argv)
{
    enum { MOST = 10000 };
    struct wire *wire = wire_with_guest(tutor);
    uint64_t count = 1;
    bool alarm;

    if (wire == NULL)
        return 1;
    if (argc > 1 && (!machine_number(argv[1], &count) || count == 0 || count > MOST)) {
        tutor_error(tutor, "%s: must be a number of accesses, up to %d", argv[1], MOST);
        return MACHINE_USAGE;
    }
    wire->follow = (unsigned)count;
    wire->followed = false;
    int result = outside_serve(wire->outside, 0, &alarm);
    int error = errno;
    wire->follow = 0;
    if (wire->followed && result == -1 && error == EINTR) {
        bench_end_line(wire->bench);
        return 0;
    }
    return outside_say_end(tutor, wire->outside, result, error, alarm);
}

/* --- console ------------------------------------------------------------------------ */

/* Lets the guest run until it has sent a prompt. Returns 0; or 1 when it has ended before,
 * and *STATUS is what to return; that has been said. */
static int run_to_prompt(struct tutor *tutor, struct wire *wire, int *status)
{
    bool alarm;

    wire->to_prompt = true;
    int result = outside_serve(wire->outside, PATIENCE, &alarm);
    int error = errno;
    wire->to_prompt = false;
    if (result == -1 && error == EINTR && wire->prompted)
        return 0;
    bench_end_line(wire->bench);
    if (result == -1 && error == EINTR && alarm)
        *status =
            tutor_error(tutor,
                        "no prompt (\"> \") came in %d s: run lets the guest go on; "
                        "serial shows where it stands",
                        PATIENCE);
    else
        *status = outside_say_end(tutor, wire->outside, result, error, alarm);
    return 1;
}

/* console TEXT: waits for a prompt, sends a line, and waits for the next prompt. */
static int send_line(struct tutor *tutor, struct wire *wire, int argc, char **argv)
{
    char line[256];
    size_t length = 0;
    int status;

    for (int i = 1; i < argc; i++) {
        length += (size_t)snprintf(line + length, sizeof line - length, "%s%s",
                                   i > 1 ? " " : "", argv[i]);
        if (length > sizeof line - 2) {
            tutor_error(tutor, "the line is too long: at most %zu bytes",
                        sizeof line - 2);
            return MACHINE_USAGE;
        }
    }
    line[length++] = '\n';
    wire->patient = true;
    if (!wire->prompted && run_to_prompt(tutor, wire, &status))
        return status;
    wire->prompted = false;
    if (bench_type(tutor, wire->bench, line, length))
        return 1;
    wire_feed(wire);
    if (run_to_prompt(tutor, wire, &status))
        return status;
    bench_end_line(wire->bench);
    return 0;
}

/* Reads keys that are there, and hands them on. Returns false when it is time to leave. */
static bool take_keys(struct tutor *tutor, struct wire *wire,
                      struct serial_terminal *terminal)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    uint8_t bytes[64];
    bool leave = false;

    if (poll(&input, 1, 0) <= 0)
        return true;
    ssize_t length = read(STDIN_FILENO, bytes, sizeof bytes);
    if (length <= 0)
        return length == -1 && errno == EINTR;
    size_t kept = serial_terminal_keys(terminal, bytes, (size_t)length, &leave);
    if (kept > (size_t)length)
        kept = (size_t)length; /* it may be a learner's */
    if (kept > 0 && bench_type(tutor, wire->bench, bytes, kept))
        return false;
    wire_feed(wire);
    return !leave;
}

/* The terminal is the guest's until it ends or the user leaves. The guest runs in slices,
 * and between them we look at the keys: in the product a second thread does. */
static int talk(struct tutor *tutor, struct wire *wire)
{
    struct serial_terminal terminal;
    int result = -1, error = EINTR;
    bool alarm = true;

    puts("Ctrl-] and then x leaves");
    fflush(stdout);
    if (serial_terminal_open(&terminal, STDIN_FILENO) == -1)
        return tutor_error(tutor, "the terminal: %s", strerror(errno));
    wire->patient = wire->raw = true;
    while (result == -1 && error == EINTR && alarm && take_keys(tutor, wire, &terminal)) {
        result = outside_serve(wire->outside, SLICE, &alarm);
        error = errno;
    }
    wire->raw = false;
    serial_terminal_close(&terminal);
    if (result == -1 && error == EINTR) {
        bench_end_line(wire->bench);
        return 0;
    }
    return outside_say_end(tutor, wire->outside, result, error, alarm);
}

int wire_word_console(struct tutor *tutor, int argc, char **argv)
{
    struct wire *wire = wire_with_guest(tutor);

    if (wire == NULL)
        return 1;
    if (!outside_has_chips(wire->outside))
        return tutor_error(tutor, "IRQ 4 leads nowhere: say: chips on, and load the "
                                  "guest again with elf");
    if (argc > 1)
        return send_line(tutor, wire, argc, argv);
    if (!isatty(STDIN_FILENO))
        return tutor_error(tutor, "without a terminal say what to send: console hello");
    return talk(tutor, wire);
}
