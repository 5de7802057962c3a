/* move.c - the words that let a 64-bit guest move: run, step; and how it ended. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include "guest64.h"

enum { HLT = 0xf4 };

/* --- Why it stands still ------------------------------------------------------------ */

/* An exception, as the guest's handler has found it: its stack pointer is where the
 * processor has left it, at the error code if there is one, else at rip. */
static int say_fault(struct tutor *tutor, const struct guest64 *guest)
{
    const struct machine *machine = guest->bench->machine;
    struct protected_fault fault = {.vector = (uint8_t)guest->fault};
    struct kvm_regs regs;
    struct kvm_sregs sregs;
    uint64_t frame[2];
    char what[128];

    if (ioctl(machine->vcpu.fd, KVM_GET_REGS, &regs) == -1 ||
        ioctl(machine->vcpu.fd, KVM_GET_SREGS, &sregs) == -1 ||
        longmode_copy(&machine->vm, sregs.cr3, regs.rsp, frame, sizeof frame) == -1)
        return tutor_error(tutor, "exception %d, and its stack cannot be read",
                           guest->fault);
    bool has_code = protected_has_error_code(fault.vector);
    fault.error_code = has_code ? (uint32_t)frame[0] : 0;
    fault.address = fault.vector == PROTECTED_PAGE_FAULT ? sregs.cr2 : 0;
    (void)protected_explain(&fault, what, sizeof what); /* or a part */
    return tutor_error(tutor, "%s, at 0x%llx", what,
                       (unsigned long long)frame[has_code ? 1 : 0]);
}

/* Says why the guest stands still. RESULT is of `serve`. */
static int say_end(struct tutor *tutor, struct guest64 *guest, int result, int error,
                   bool alarm)
{
    const struct machine *machine = guest->bench->machine;
    unsigned long long exits = 0;
    struct kvm_regs regs;
    char what[256];

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
    if (guest->call_failed)
        return tutor_error(tutor, "the guest called with an address that is none");
    if (ioctl(machine->vcpu.fd, KVM_GET_REGS, &regs) == -1)
        return tutor_error(tutor, "KVM_GET_REGS: %s", strerror(errno));
    if (result == 0 || error == EINTR) {
        printf("%s at 0x%llx, %llu exits\n",
               result == 0 ? "halted"
               : alarm     ? "stopped by the alarm"
                           : "stopped by Ctrl-C",
               (unsigned long long)regs.rip, exits);
        return result == 0 || alarm ? 0 : 1;
    }
    if (error != ENOTSUP && error != EPROTO)
        return tutor_error(tutor, "KVM_RUN: %s", strerror(error));
    if (machine->vcpu.run->exit_reason == KVM_EXIT_SHUTDOWN)
        return tutor_error(tutor, "a triple fault: a fault, and nobody to handle it");
    (void)exit_describe(&machine->vm, &machine->vcpu, what, sizeof what); /* or a part */
    return tutor_error(tutor, "an exit that nobody answers: %s", what);
}

/* --- run ---------------------------------------------------------------------------- */

/* Whether the guest is to run on. */
static bool goes_on(const struct guest64 *guest)
{
    return !guest->host.exited && guest->fault < 0 && !guest->call_failed;
}

static int single_step(struct tutor *tutor, const struct guest64 *guest, bool on)
{
    struct kvm_guest_debug debug = {
        .control = on ? KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP : 0,
    };
    if (on && guest->chips)
        debug.control |= KVM_GUESTDBG_BLOCKIRQ;

    if (ioctl(guest->bench->machine->vcpu.fd, KVM_SET_GUEST_DEBUG, &debug) == -1)
        return tutor_error(tutor, "KVM_SET_GUEST_DEBUG: %s", strerror(errno));
    return 0;
}

/* Runs and answers until the guest has ended. Returns as realmode_run does. */
static int serve(struct guest64 *guest)
{
    int result = 1;

    while (result == 1 && goes_on(guest)) {
        if (vcpu_run(guest->realmode.vcpu) == -1)
            return -1;
        result = realmode_answer(&guest->realmode);
    }
    return result;
}

int word64_run(struct tutor *tutor, int argc, char **argv)
{
    struct guest64 *guest = guest64_of(tutor);
    double seconds = 0;

    if (guest == NULL)
        return 1;
    if (!guest64_is_long(guest) || (argc > 1 && !isdigit((unsigned char)*argv[1])))
        return guest64_earlier(tutor, argc, argv);
    if (argc > 2 || (argc > 1 && !machine_seconds(argv[1], &seconds))) {
        tutor_error(tutor, "%s: must be a number of seconds", argv[argc - 1]);
        return MACHINE_USAGE;
    }
    if (!goes_on(guest))
        return tutor_error(tutor, "the guest has ended: load it again with elf");
    if (single_step(tutor, guest, false))
        return 1;
    machine_listen(guest->bench->machine, seconds);
    int result = serve(guest);
    int error = errno;
    bool alarm = machine_unlisten();
    return say_end(tutor, guest, result, error, alarm);
}

/* --- step --------------------------------------------------------------------------- */

/* One instruction, and the answers to its exits; TOLD says whether any was printed. As in
 * h02's move.c: an instruction that has exited is complete only when KVM_RUN is entered
 * again, and must not run on. */
static int step_once(struct guest64 *guest, bool *told)
{
    struct vcpu *vcpu = guest->realmode.vcpu;
    int answer = 1, result = vcpu_run(vcpu);

    *told = false;
    while (result == 0 && answer == 1 && goes_on(guest) &&
           vcpu->run->exit_reason != KVM_EXIT_DEBUG) {
        printf("%s%10s%s (%u)", *told ? "" : "\n", "",
               vcpu_exit_name(vcpu->run->exit_reason), vcpu->run->exit_reason);
        if (vcpu->run->exit_reason == KVM_EXIT_IO)
            printf(", port 0x%x", vcpu->run->io.port);
        putchar('\n');
        *told = true;
        answer = realmode_answer(&guest->realmode);
        if (answer == 1 && goes_on(guest)) {
            vcpu_stop(vcpu);
            result = vcpu_run(vcpu);
        }
    }
    vcpu->run->immediate_exit = 0; /* in case that KVM came back for another reason */
    return result == -1 && errno != EINTR ? -1 : answer;
}

int word64_step(struct tutor *tutor, int argc, char **argv)
{
    struct guest64 *guest = guest64_of(tutor);
    uint64_t count = 1;
    int answer = 1, status = 0;

    if (guest == NULL)
        return 1;
    if (!guest64_is_long(guest))
        return guest64_earlier(tutor, argc, argv);
    if (argc > 1 && (!machine_number(argv[1], &count) || count == 0)) {
        tutor_error(tutor, "%s: must be a number of instructions", argv[1]);
        return MACHINE_USAGE;
    }
    if (!goes_on(guest))
        return tutor_error(tutor, "the guest has ended: load it again with elf");
    machine_listen(guest->bench->machine, 0);
    int fd = guest->realmode.vcpu->fd, error = 0;
    for (; count > 0 && answer == 1 && goes_on(guest) && !tutor_interrupted(tutor);
         count--) {
        struct kvm_regs before, now;
        uint8_t byte = 0;
        bool told;
        status = ioctl(fd, KVM_GET_REGS, &before) == -1 ||
                 word64_instruction(tutor, guest, before.rip) == 0;
        if (status != 0)
            break;
        /* A hlt comes back by itself (see h02's move.c), but not where chips in the
         * kernel could end it. */
        (void)longmode_copy(guest->realmode.vm, guest64_root(guest), before.rip, &byte,
                            1); /* it was just read */
        status = single_step(tutor, guest, byte != HLT || guest->chips);
        if (status != 0)
            break;
        answer = step_once(guest, &told);
        error = errno;
        bool changed =
            ioctl(fd, KVM_GET_REGS, &now) == 0 && word64_changes(&before, &now);
        if (changed || !told)
            putchar('\n');
    }
    (void)machine_unlisten(); /* no alarm was set */
    if (single_step(tutor, guest, false) || status != 0)
        return 1;
    return answer == 1 && goes_on(guest) ? 0
                                         : say_end(tutor, guest, answer, error, false);
}
