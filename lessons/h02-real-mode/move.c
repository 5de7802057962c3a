/* move.c - the words that let the guest move: run, step, and what it cost: exits. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include "code.h"
#include "registers.h"
#include "words.h"

enum { HLT = 0xf4 }; /* the instruction: SDM 2, HLT */

/* Says why the guest stands still. RESULT and ERROR come from realmode_run or the like.
 */
static int say_end(struct tutor *tutor, const struct bench *bench, int result, int error,
                   bool alarm)
{
    struct registers registers;
    uint64_t exits = 0;
    char what[256];

    for (size_t i = 0; i < EXIT_KINDS; i++)
        exits += bench->realmode.exits[i];
    if (registers_get(tutor, bench, &registers))
        return 1;
    const char *why = result == 0 ? "halted"
                      : alarm     ? "stopped by the alarm"
                                  : "stopped by Ctrl-C";
    if (result == 0 || error == EINTR) {
        printf("%s at %04x:%04x, %llu exit%s\n", why, registers.special.cs.selector,
               (uint16_t)registers.general.rip, (unsigned long long)exits,
               exits == 1 ? "" : "s");
        return result == 0 || alarm ? 0 : 1;
    }
    if (error != ENOTSUP && error != EPROTO)
        return tutor_error(tutor, "realmode_run: %s", strerror(error));
    if (exit_describe(&bench->machine->vm, &bench->machine->vcpu, what, sizeof what) ==
        -1)
        return tutor_error(tutor, "exit_describe: %s", strerror(errno));
    return tutor_error(tutor, "an exit that nobody answers: %s", what);
}

/* Switches single step on or off (KVM api, 4.87 KVM_SET_GUEST_DEBUG). */
static int single_step(struct tutor *tutor, const struct bench *bench, bool on)
{
    struct kvm_guest_debug debug = {
        .control = on ? KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP : 0,
    };

    if (ioctl(bench->machine->vcpu.fd, KVM_SET_GUEST_DEBUG, &debug) == -1)
        return tutor_error(tutor, "KVM_SET_GUEST_DEBUG: %s: this host cannot single-step",
                           strerror(errno));
    return 0;
}

int word_run(struct tutor *tutor, int argc, char **argv)
{
    struct bench *bench = bench_of(tutor);
    double seconds = 0;
    int at = 1;

    if (bench == NULL)
        return 1;
    if (argc > 1 && !isdigit((unsigned char)*argv[1]) &&
        word_load_program(tutor, bench, argv[at++]))
        return 1;
    if (argc > at && !machine_seconds(argv[at], &seconds)) {
        tutor_error(tutor, "%s: must be a number of seconds", argv[at]);
        return MACHINE_USAGE;
    }
    if (bench->loads == 0)
        return tutor_error(tutor, "there is no program: load hello, or asm \"nop; hlt\"");
    /* Where a learner's function has crashed in a step, that is not tidied up yet. */
    bench->quiet = false;
    if (single_step(tutor, bench, false))
        return 1;
    machine_listen(bench->machine, seconds);
    int result = realmode_run(&bench->realmode);
    int error = errno;
    bool alarm = machine_unlisten();
    bench_end_line(bench);
    return say_end(tutor, bench, result, error, alarm);
}

/* Prints the exit that the vCPU has just had, and what the guest sent with it. */
static void print_exit(const struct bench *bench)
{
    const struct kvm_run *run = bench->machine->vcpu.run;

    printf("%11s%s (%u)", "", vcpu_exit_name(run->exit_reason), run->exit_reason);
    if (run->exit_reason == KVM_EXIT_IO)
        printf(": %s, port 0x%x, %u of %u byte%s",
               run->io.direction == KVM_EXIT_IO_OUT ? "out" : "in", run->io.port,
               run->io.count, run->io.size, run->io.size == 1 ? "" : "s");
    for (size_t i = 0; i < bench->sent_length; i++)
        printf(isprint(bench->sent[i]) ? "%s'%c'" : "%s0x%02x", i ? " " : ", sends ",
               bench->sent[i]);
    putchar('\n');
}

/* Executes one instruction, and answers and prints its exits; TOLD gets how many these
 * were. Returns as realmode_answer does, or -1 with errno EINTR when Ctrl-C came.
 *
 * An instruction that has exited is complete only when KVM_RUN is entered again (KVM
 * api, section 5). It must not run on into the next one then, and where KVM emulates
 * the guest, single step alone does not stop it. So we ask it to stop before it starts:
 * it takes our answer, and comes back.
 */
static int step_once(struct bench *bench, unsigned *told)
{
    struct vcpu *vcpu = &bench->machine->vcpu;
    int answer = 1, result = vcpu_run(vcpu);

    *told = 0;
    if (result == -1)
        return -1;
    while (answer == 1 && result == 0 && vcpu->run->exit_reason != KVM_EXIT_DEBUG) {
        bench->sent_length = 0;
        answer = realmode_answer(&bench->realmode);
        int error = errno;
        if (*told == 0)
            putchar('\n');
        print_exit(bench);
        ++*told;
        errno = error;
        if (answer == 1) {
            vcpu_stop(vcpu);
            result = vcpu_run(vcpu);
        }
    }
    vcpu->run->immediate_exit = 0; /* in case that KVM came back for another reason */
    if (result == -1 && errno != EINTR)
        return -1;
    return answer;
}

/* Shows the next instruction, executes it, and shows what it has changed. ANSWER gets
 * what realmode_answer says of it, ERROR its errno. Returns 0, or 1 when that failed
 * and has been said.
 */
static int step_shown(struct tutor *tutor, struct bench *bench, int *answer, int *error)
{
    enum { CHANGES = 52 }; /* the column where they start */
    struct registers registers;
    uint16_t before[BENCH_REGISTERS];
    int columns;
    unsigned told;

    if (registers_get(tutor, bench, &registers))
        return 1;
    registers_remember(&registers, before);
    uint16_t segment = registers.special.cs.selector,
             ip = (uint16_t)registers.general.rip;
    if (word_instruction(tutor, bench, segment, ip, &columns) == 0)
        return 1;
    /* A hlt comes back by itself. KVM, where it emulates the guest, answers a step over
     * hlt with KVM_EXIT_DEBUG, and keeps the halt for whatever runs next. */
    const uint8_t *byte = vm_at(&bench->machine->vm, realmode_address(segment, ip), 1);
    if (single_step(tutor, bench, byte == NULL || *byte != HLT))
        return 1;
    *answer = step_once(bench, &told);
    *error = errno;
    if (registers_get(tutor, bench, &registers))
        return 1;
    /* On the instruction's line, or, when exits stand between, on one of its own. */
    int indent = told ? 11 : columns < CHANGES - 2 ? CHANGES - columns : 2;
    if (registers_print_changes(&registers, before, indent) || !told)
        putchar('\n');
    return 0;
}

int word_step(struct tutor *tutor, int argc, char **argv)
{
    struct bench *bench = bench_of(tutor);
    uint64_t count = 1;
    int answer = 1, error = 0, status = 0;

    if (bench == NULL)
        return 1;
    if (argc > 1 && (!machine_number(argv[1], &count) || count == 0)) {
        tutor_error(tutor, "%s: must be a number of instructions", argv[1]);
        return MACHINE_USAGE;
    }
    bench->quiet = true;
    machine_listen(bench->machine, 0);
    for (; count > 0 && answer == 1 && status == 0 && !tutor_interrupted(tutor); count--)
        status = step_shown(tutor, bench, &answer, &error);
    (void)machine_unlisten(); /* no alarm was set */
    bench->quiet = false;
    if (single_step(tutor, bench, false) || status != 0)
        return 1;
    return answer == 1 ? 0 : say_end(tutor, bench, answer, error, false);
}

int word_exits(struct tutor *tutor, int argc, char **argv)
{
    struct bench *bench = bench_of(tutor);
    bool any = false;

    (void)argc;
    (void)argv;
    if (bench == NULL)
        return 1;
    for (uint32_t kind = 0; kind < EXIT_KINDS; kind++) {
        if (bench->realmode.exits[kind] == 0)
            continue;
        printf("%-24s %8llu\n", vcpu_exit_name(kind),
               (unsigned long long)bench->realmode.exits[kind]);
        any = true;
    }
    if (!any)
        puts("none since the last reset");
    return 0;
}
