/* move.c - letting the guest go, one instruction or many, and stopping where it was asked
 * for.
 *
 * A breakpoint is in the way of its own instruction. To go on from it the planted byte
 * is lifted, one instruction is stepped, and it is planted again: debug_one. Where KVM
 * does not hit watches, all of the guest is stepped, and memory is compared after each
 * instruction. That is hundreds of times slower, and what debuggers call a software
 * watchpoint.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include "debugger.h"

enum { HLT = 0xf4 }; /* the instruction: SDM 2, HLT */

static struct vcpu *vcpu_of(const struct debugger *debugger)
{
    return &debugger->bench->machine->vcpu;
}

/* The base of cs. A vCPU that exists always has one, so no error is passed on. */
static uint64_t code_base(const struct debugger *debugger)
{
    struct kvm_sregs sregs = {0};

    (void)ioctl(vcpu_of(debugger)->fd, KVM_GET_SREGS, &sregs);
    return sregs.cs.base;
}

uint64_t debug_here(const struct debugger *debugger)
{
    struct kvm_regs regs = {0};

    (void)ioctl(vcpu_of(debugger)->fd, KVM_GET_REGS, &regs); /* as above */
    return code_base(debugger) + regs.rip;
}

static enum debug_end failed(struct debugger *debugger, const char *call)
{
    debugger->error = errno;
    debugger->failed = call;
    return debugger->error == EINTR ? DEBUG_STOPPED : DEBUG_FAILED;
}

/* Answers the exit that the vCPU has just had. */
static enum debug_end answer(struct debugger *debugger)
{
    struct vcpu *vcpu = vcpu_of(debugger);
    struct realmode *realmode = &debugger->bench->realmode;
    uint64_t address;

    if (vcpu->run->exit_reason == KVM_EXIT_DEBUG) {
        /* Without a watch nobody has asked for it: a learner's step has left it on. */
        debugger->hits = vcpu->run->debug.arch.dr6 & 0xf;
        return debugger->hits != 0         ? DEBUG_WATCH
               : debugger->watch_count > 0 ? DEBUG_ON
                                           : DEBUG_UNKNOWN;
    }
    if (vcpu->run->exit_reason == KVM_EXIT_MMIO) {
        realmode->exits[KVM_EXIT_MMIO]++;
        return monitor_mmio(&debugger->device, 1, vcpu) == 0
                   ? DEBUG_ON
                   : failed(debugger, "monitor_mmio");
    }
    if (debugger->breaks.count > 0) {
        int hit = monitor_hit(&debugger->breaks, vcpu, code_base(debugger), &address);
        if (hit != 0)
            return hit == 1 ? DEBUG_BREAK : failed(debugger, "monitor_hit");
    }
    int result = realmode_answer(realmode);
    if (result == -1 && errno == ENOTSUP)
        return DEBUG_UNKNOWN;
    return result == 1   ? DEBUG_ON
           : result == 0 ? DEBUG_HALTED
                         : failed(debugger, "realmode_answer");
}

/* --- One instruction ---------------------------------------------------------------- */

/* Prints the exit that has just been answered. */
static void print_exit(const struct debugger *debugger)
{
    const struct bench *bench = debugger->bench;
    const struct kvm_run *run = vcpu_of(debugger)->run;
    uint64_t value = 0;

    printf("%11s%s (%u)", "", vcpu_exit_name(run->exit_reason), run->exit_reason);
    if (run->exit_reason == KVM_EXIT_IO)
        printf(": %s, port 0x%x, %u of %u byte%s",
               run->io.direction == KVM_EXIT_IO_OUT ? "out" : "in", run->io.port,
               run->io.count, run->io.size, run->io.size == 1 ? "" : "s");
    if (run->exit_reason == KVM_EXIT_MMIO && run->mmio.len <= sizeof value) {
        memcpy(&value, run->mmio.data, run->mmio.len);
        printf(": %s 0x%llx, %u byte%s: 0x%0*llx",
               run->mmio.is_write ? "write to" : "read from",
               (unsigned long long)run->mmio.phys_addr, run->mmio.len,
               run->mmio.len == 1 ? "" : "s", (int)(2 * run->mmio.len),
               (unsigned long long)value);
    }
    for (size_t i = 0; i < bench->sent_length; i++)
        printf(isprint(bench->sent[i]) ? "%s'%c'" : "%s0x%02x", i ? " " : ", sends ",
               bench->sent[i]);
    putchar('\n');
}

/* Answers the exits of the instruction that has just been stepped. It is complete only
 * when KVM is entered again, and must not run on into the next: so KVM is asked to come
 * back before it runs the guest. */
static enum debug_end finish(struct debugger *debugger, bool show, unsigned *exits)
{
    struct vcpu *vcpu = vcpu_of(debugger);
    enum debug_end end = DEBUG_ON;

    while (end == DEBUG_ON && vcpu->run->exit_reason != KVM_EXIT_DEBUG) {
        debugger->bench->sent_length = 0;
        end = answer(debugger);
        if (show && *exits == 0)
            putchar('\n');
        if (show)
            print_exit(debugger);
        ++*exits;
        if (end != DEBUG_ON)
            break;
        vcpu_stop(vcpu);
        if (vcpu_run(vcpu) == -1) {
            if (errno != EINTR)
                end = failed(debugger, "KVM_RUN");
            break;
        }
    }
    vcpu->run->immediate_exit = 0; /* in case that KVM came back for another reason */
    return end;
}

enum debug_end debug_one(struct debugger *debugger, bool show, unsigned *exits)
{
    struct vcpu *vcpu = vcpu_of(debugger);
    uint64_t here = debug_here(debugger);
    bool lifted = debug_break_at(debugger, here) != -1;
    enum debug_end end = DEBUG_ON;

    *exits = 0;
    if (lifted && monitor_lift(&debugger->breaks, here) == -1)
        return failed(debugger, "monitor_lift");
    /* A hlt comes back by itself; KVM, where it emulates the guest, would step over it,
     * and keep the halt for whatever runs next. */
    const uint8_t *byte = debug_byte(debugger, here);
    int result = byte != NULL && *byte == HLT ? vcpu_run(vcpu) : monitor_step(vcpu);
    if (result == -1)
        end = failed(debugger, "monitor_step");
    else if (result == 0)
        end = finish(debugger, show, exits);
    if (lifted && monitor_plant(&debugger->breaks, here) == -1)
        return failed(debugger, "monitor_plant");
    return end;
}

/* --- Many --------------------------------------------------------------------------- */

bool debug_must_step(const struct debugger *debugger)
{
    for (unsigned i = 0; i < debugger->watch_count; i++) {
        bool execute = debugger->watches[i].kind == MONITOR_EXECUTE;
        if (!(debugger->can & (execute ? MONITOR_CAN_WATCH : MONITOR_CAN_WATCH_DATA)))
            return true;
    }
    return false;
}

/* The bytes under watch I, or NULL when it is not in guest memory. */
static const uint8_t *watched(const struct debugger *debugger, unsigned i)
{
    const struct monitor_watch *watch = &debugger->watches[i];
    return vm_at(&debugger->bench->machine->vm, watch->address, watch->length);
}

static void remember_watched(struct debugger *debugger)
{
    for (unsigned i = 0; i < debugger->watch_count; i++) {
        const uint8_t *bytes = watched(debugger, i);
        if (bytes != NULL)
            memcpy(debugger->before[i], bytes, debugger->watches[i].length);
    }
}

/* The watches that what the guest has just done concerns, as bits, when KVM is not the
 * one who says so. */
static unsigned touched(const struct debugger *debugger)
{
    uint64_t here = debug_here(debugger);
    unsigned hits = 0;

    for (unsigned i = 0; i < debugger->watch_count; i++) {
        const struct monitor_watch *watch = &debugger->watches[i];
        const uint8_t *bytes = watched(debugger, i);
        bool hit =
            watch->kind == MONITOR_EXECUTE
                ? here == watch->address
                : bytes != NULL && memcmp(bytes, debugger->before[i], watch->length) != 0;
        hits |= (unsigned)hit << i;
    }
    return hits;
}

/* Whether the guest stands where it would be stopped at once. */
static bool stands_at_stop(const struct debugger *debugger)
{
    uint64_t here = debug_here(debugger);

    for (unsigned i = 0; i < debugger->watch_count; i++)
        if (debugger->watches[i].kind == MONITOR_EXECUTE &&
            debugger->watches[i].address == here)
            return true;
    return debug_break_at(debugger, here) != -1;
}

/* One instruction, and then a look at breakpoints and watches: what ends the move. */
static enum debug_end step_and_look(struct debugger *debugger)
{
    unsigned exits;
    enum debug_end end = debug_one(debugger, false, &exits);

    if (end != DEBUG_ON)
        return end;
    debugger->hits = touched(debugger);
    if (debugger->hits != 0)
        return DEBUG_WATCH;
    return debug_break_at(debugger, debug_here(debugger)) != -1 ? DEBUG_BREAK : DEBUG_ON;
}

static double now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time); /* a clock that every Linux has */
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* A stop that comes while an instruction is being finished is taken for the end of it, so
 * the clock is looked at, too. */
static enum debug_end go_stepping(struct tutor *tutor, struct debugger *debugger,
                                  double seconds)
{
    double end_at = now() + seconds;
    enum debug_end end = DEBUG_ON;

    while (end == DEBUG_ON) {
        end = step_and_look(debugger);
        if (end == DEBUG_ON &&
            (tutor_interrupted(tutor) || (seconds > 0 && now() > end_at)))
            end = DEBUG_STOPPED;
    }
    return end;
}

static enum debug_end go_running(struct debugger *debugger)
{
    struct vcpu *vcpu = vcpu_of(debugger);
    enum debug_end end = DEBUG_ON;

    if (debugger->watch_count > 0 &&
        monitor_watch(vcpu, debugger->watches, debugger->watch_count) == -1)
        return failed(debugger, "monitor_watch");
    while (end == DEBUG_ON)
        end = monitor_run(&debugger->trace, vcpu) == -1 ? failed(debugger, "monitor_run")
                                                        : answer(debugger);
    /* What comes now is no answer to an exit: somebody thinks. */
    debugger->trace.left = 0;
    if (debugger->watch_count > 0 && monitor_watch(vcpu, NULL, 0) == -1)
        return failed(debugger, "monitor_watch");
    return end;
}

enum debug_end debug_move(struct tutor *tutor, struct debugger *debugger, double seconds,
                          bool *alarm)
{
    enum debug_end end = DEBUG_ON;

    debugger->hits = 0;
    debugger->bench->quiet = false;
    remember_watched(debugger);
    machine_listen(debugger->bench->machine, seconds);
    if (stands_at_stop(debugger))
        end = step_and_look(debugger);
    if (end == DEBUG_ON)
        end = debug_must_step(debugger) ? go_stepping(tutor, debugger, seconds)
                                        : go_running(debugger);
    *alarm = machine_unlisten() || !tutor_interrupted(tutor);
    bench_end_line(debugger->bench);
    return end;
}

/* --- What is said ------------------------------------------------------------------- */

static void say_watches(const struct debugger *debugger)
{
    char place[DEBUG_PLACE];

    for (unsigned i = 0; i < debugger->watch_count; i++) {
        const struct monitor_watch *watch = &debugger->watches[i];
        const uint8_t *bytes = watched(debugger, i);
        if (!(debugger->hits >> i & 1))
            continue;
        debug_place(debugger, watch->address, place);
        printf("watch at %s", place);
        if (watch->kind != MONITOR_EXECUTE && bytes != NULL) {
            printf(":");
            for (unsigned b = 0; b < watch->length; b++)
                printf(" %02x", debugger->before[i][b]);
            printf(" before,");
            for (unsigned b = 0; b < watch->length; b++)
                printf(" %02x", bytes[b]);
            printf(" now");
        }
        putchar('\n');
    }
}

int debug_say(struct tutor *tutor, const struct debugger *debugger, enum debug_end end,
              bool alarm)
{
    const struct bench *bench = debugger->bench;
    uint64_t exits = 0;
    char place[DEBUG_PLACE], what[256];

    for (size_t i = 0; i < EXIT_KINDS; i++)
        exits += bench->realmode.exits[i];
    if (end == DEBUG_ON)
        return 0;
    if (end == DEBUG_FAILED)
        return tutor_error(tutor, "%s: %s", debugger->failed, strerror(debugger->error));
    if (end == DEBUG_UNKNOWN) {
        if (exit_describe(&bench->machine->vm, &bench->machine->vcpu, what,
                          sizeof what) == -1)
            return tutor_error(tutor, "exit_describe: %s", strerror(errno));
        return tutor_error(tutor, "an exit that nobody answers: %s", what);
    }
    debug_place(debugger, debug_here(debugger), place);
    if (end == DEBUG_WATCH)
        say_watches(debugger);
    printf("%s at %s%s, %llu exit%s\n",
           end == DEBUG_HALTED    ? "halted"
           : end == DEBUG_STOPPED ? (alarm ? "stopped by the alarm" : "stopped by Ctrl-C")
                                  : "stopped",
           place, end == DEBUG_BREAK ? ": breakpoint" : "", (unsigned long long)exits,
           exits == 1 ? "" : "s");
    return end == DEBUG_STOPPED && !alarm ? 1 : 0;
}
