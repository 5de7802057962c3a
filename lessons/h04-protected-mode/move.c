/* move.c - letting a 32-bit guest go: run, continue, step; and how it ended.
 *
 * The debugger of lesson h03 moves it. New is what is said at the end: the fault that the
 * guest has caught, and why a processor has given up.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include "guest32.h"

/* What the guest has reported since it was last asked. */
static void say_report(struct guest32 *guest, const struct debugger *debugger)
{
    char text[160], place[DEBUG_PLACE];

    if (guest->reported == GUEST32_NO_FAULT) {
        puts("the guest says: no fault");
    } else if (guest->reported >= 0) {
        (void)protected_explain(&guest->fault, text, sizeof text); /* or a part */
        debug_place(debugger, guest->fault.ip, place);
        printf("handler %d: %s, at %s\n", guest->reported, text, place);
    }
    guest->reported = -1;
}

static int say(struct tutor *tutor, struct guest32 *guest, struct debugger *debugger,
               enum debug_end end, bool alarm)
{
    if (end == DEBUG_UNKNOWN &&
        guest->bench->machine->vcpu.run->exit_reason == KVM_EXIT_SHUTDOWN)
        return guest32_triple(tutor, guest, debugger);
    say_report(guest, debugger);
    return debug_say(tutor, debugger, end, alarm);
}

int word32_run(struct tutor *tutor, int argc, char **argv)
{
    struct guest32 *guest = guest32_of(tutor);
    double seconds = 0;
    int at = 1;

    if (guest == NULL)
        return 1;
    if (argc > 1 && !isdigit((unsigned char)*argv[1]) && strcmp(argv[0], "run") == 0) {
        char *load[] = {(char *)"load", argv[at++], NULL};
        int status = guest32_load(tutor, 2, load);
        if (status != 0)
            return status;
    }
    if (argc > at && !machine_seconds(argv[at], &seconds)) {
        tutor_error(tutor, "%s: must be a number of seconds", argv[at]);
        return MACHINE_USAGE;
    }
    struct debugger *debugger = debugger_of(tutor);
    if (debugger == NULL || guest32_remember(tutor, guest))
        return 1;
    bool alarm;
    enum debug_end end = debug_move(tutor, debugger, seconds, &alarm);
    return say(tutor, guest, debugger, end, alarm);
}

/* As debug_step_shown, for 32-bit code. */
static int step_shown(struct tutor *tutor, struct debugger *debugger, enum debug_end *end)
{
    int fd = debugger->bench->machine->vcpu.fd, columns;
    struct kvm_regs before, now;
    unsigned exits;

    if (ioctl(fd, KVM_GET_REGS, &before) == -1)
        return tutor_error(tutor, "KVM_GET_REGS: %s", strerror(errno));
    if (debug_instruction32(tutor, debugger, (uint32_t)debug_here(debugger), &columns) ==
        0)
        return 1;
    *end = debug_one(debugger, true, &exits);
    if (ioctl(fd, KVM_GET_REGS, &now) == -1)
        return tutor_error(tutor, "KVM_GET_REGS: %s", strerror(errno));
    /* On the instruction's line, or, when exits stand between, on one of its own. */
    if (*end == DEBUG_UNKNOWN) /* a processor that has given up may have been reset */
        return 0;
    if (show_changes32(&before, &now) || exits == 0)
        putchar('\n');
    return 0;
}

int word32_step(struct tutor *tutor, int argc, char **argv)
{
    struct guest32 *guest = guest32_of(tutor);
    struct debugger *debugger = debugger_of(tutor);
    enum debug_end end = DEBUG_ON;
    uint64_t count = 1;
    int status = 0;

    if (guest == NULL || debugger == NULL)
        return 1;
    if (argc > 1 && (!machine_number(argv[1], &count) || count == 0)) {
        tutor_error(tutor, "%s: must be a number of instructions", argv[1]);
        return MACHINE_USAGE;
    }
    if (guest32_remember(tutor, guest))
        return 1;
    debugger->bench->quiet = true;
    machine_listen(debugger->bench->machine, 0);
    for (; count > 0 && end == DEBUG_ON && status == 0 && !tutor_interrupted(tutor);
         count--)
        status = debug_bits(debugger) == 16 ? debug_step_shown(tutor, debugger, &end)
                                            : step_shown(tutor, debugger, &end);
    (void)machine_unlisten(); /* no alarm was set */
    debugger->bench->quiet = false;
    return status != 0 ? 1 : say(tutor, guest, debugger, end, false);
}
