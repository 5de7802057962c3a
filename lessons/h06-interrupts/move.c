/* move.c - the word run: the guest runs, and what is outside of it goes on.
 *
 * With chips that is KVM's business, and a guest that halts stays in the kernel. Without
 * them interrupts_run plays the clock, and vectors injected by hand go in between.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include "outside.h"

static uint64_t now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time); /* a clock that every Linux has */
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* --- Why it stands still ---------------------------------------------------------- */

static int say_fault(struct tutor *tutor, const struct guest64 *guest)
{
    const struct machine *machine = guest->bench->machine;
    struct protected_fault fault = {.vector = (uint8_t)guest->fault};
    struct interrupts_frame frame;
    struct kvm_sregs sregs;
    char what[128];

    if (interrupts_frame(&machine->vm, &guest->bench->machine->vcpu, fault.vector,
                         &frame) == -1 ||
        ioctl(machine->vcpu.fd, KVM_GET_SREGS, &sregs) == -1)
        return tutor_error(tutor,
                           "exception %d is reported, and its stack cannot be read: %s",
                           guest->fault, table_why(errno));
    fault.error_code = (uint32_t)frame.error_code;
    fault.address = fault.vector == PROTECTED_PAGE_FAULT ? sregs.cr2 : 0;
    (void)protected_explain(&fault, what, sizeof what); /* or a part */
    return tutor_error(tutor, "%s, at 0x%llx", what, (unsigned long long)frame.rip);
}

static int say_failure(struct tutor *tutor, const struct guest64 *guest, int error)
{
    const struct machine *machine = guest->bench->machine;
    char what[256];

    if (guest->call_failed)
        return tutor_error(tutor, "the guest called with an address that is none");
    if (error == EDEADLK)
        return tutor_error(tutor, "the guest has halted with IF 0: no tick can wake it");
    if (error != ENOTSUP && error != EPROTO)
        return tutor_error(tutor, "KVM_RUN: %s", strerror(error));
    if (machine->vcpu.run->exit_reason == KVM_EXIT_SHUTDOWN)
        return tutor_error(tutor, "a triple fault: a fault, and nobody to handle it");
    (void)exit_describe(&machine->vm, &machine->vcpu, what, sizeof what); /* or a part */
    return tutor_error(tutor, "an exit that nobody answers: %s", what);
}

int outside_say_end(struct tutor *tutor, struct outside *outside, int result, int error,
                    bool alarm)
{
    struct guest64 *guest = outside->guest;
    unsigned long long exits = 0;
    struct kvm_regs regs;

    bench_end_line(guest->bench); /* what it has sent on a serial line */
    memcpy(guest->bench->realmode.exits, guest->realmode.exits,
           sizeof guest->realmode.exits); /* for the word `exits` */
    for (size_t i = 0; i < EXIT_KINDS; i++)
        exits += guest->realmode.exits[i];
    if (guest->host.exited) {
        printf("ended with status %u, %llu exits\n", guest->host.status, exits);
        return 0;
    }
    if (guest->fault >= 0)
        return say_fault(tutor, guest);
    if (result != 0 && (error != EINTR || guest->call_failed))
        return say_failure(tutor, guest, error);
    if (ioctl(guest->bench->machine->vcpu.fd, KVM_GET_REGS, &regs) == -1)
        return tutor_error(tutor, "KVM_GET_REGS: %s", strerror(errno));
    printf("%s at 0x%llx, %llu exits\n",
           result == 0 ? "halted"
           : alarm     ? "stopped by the alarm"
                       : "stopped by Ctrl-C",
           (unsigned long long)regs.rip, exits);
    return result == 0 || alarm ? 0 : 1;
}

/* --- run -------------------------------------------------------------------------- */

static bool goes_on(const struct guest64 *guest)
{
    return !guest->host.exited && guest->fault < 0 && !guest->call_failed;
}

/* Answers an exit. Returns as realmode_answer does; a guest that halts, and for which a
 * vector waits that it would take, has not halted. */
static int answer(struct outside *outside)
{
    struct guest64 *guest = outside->guest;
    const struct kvm_run *run = guest->realmode.vcpu->run;

    if (run->exit_reason == KVM_EXIT_IRQ_WINDOW_OPEN) {
        guest->realmode.exits[KVM_EXIT_IRQ_WINDOW_OPEN]++;
        return 1;
    }
    int result = realmode_answer(&guest->realmode);
    return result == 0 && run->if_flag && outside_waiting(outside) != -1 ? 1 : result;
}

/* Runs until the guest has ended. Returns 0: it has halted; -1 with errno; 1: it has
 * ended in another way. */
static int serve(struct outside *outside)
{
    struct guest64 *guest = outside->guest;
    bool ticks = outside->clock.period != 0 && !outside_has_chips(outside);
    int result = 1;

    while (result == 1 && goes_on(guest)) {
        if (outside_inject_waiting(outside) == -1)
            return -1;
        if ((ticks ? interrupts_run(guest->realmode.vcpu, &outside->clock)
                   : vcpu_run(guest->realmode.vcpu)) == -1)
            return -1;
        result = answer(outside);
    }
    return result;
}

int outside_serve(struct outside *outside, double seconds, bool *alarm)
{
    outside->clock.next = now() + outside->clock.period; /* while we talked it stood */
    machine_listen(outside->guest->bench->machine, seconds);
    machine_insist();
    int result = serve(outside);
    int error = errno;
    *alarm = machine_unlisten();
    errno = error;
    return result;
}

int outside_word_go(struct tutor *tutor, int argc, char **argv)
{
    struct outside *outside = outside_of(tutor);
    double seconds = 0;

    if (outside == NULL)
        return 1;
    struct guest64 *guest = outside->guest;
    if (!guest64_is_long(guest) || (argc > 1 && !isdigit((unsigned char)*argv[1])))
        return guest64_before(tutor, "h06", argc, argv);
    if (argc > 2 || (argc > 1 && !machine_seconds(argv[1], &seconds))) {
        tutor_error(tutor, "%s: must be a number of seconds", argv[argc - 1]);
        return MACHINE_USAGE;
    }
    if (!goes_on(guest))
        return tutor_error(tutor, "the guest has ended: load it again with elf");
    bool alarm;
    int result = outside_serve(outside, seconds, &alarm);
    return outside_say_end(tutor, outside, result, errno, alarm);
}
