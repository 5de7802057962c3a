/* move.c - letting Linux run, and saying why it stands still.
 *
 * KVM has the interrupt chips: a guest that waits does so inside of KVM_RUN, and no exit
 * tells of it. So an alarm ends each slice of 20 ms, and then this program looks at keys,
 * at Ctrl-C and at the time.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "board.h"

#define SLICE 0.02

static enum board_end failed(struct board *board)
{
    board->error = errno;
    return BOARD_FAILED;
}

static void count(struct board *board)
{
    const struct kvm_run *run = board->machine->vcpu.run;
    uint32_t kind = run->exit_reason;

    board->exits[kind < EXIT_KINDS ? kind : EXIT_KINDS - 1]++;
    if (kind == KVM_EXIT_IO && run->io.direction == KVM_EXIT_IO_OUT)
        board->writes[run->io.port]++;
    else if (kind == KVM_EXIT_IO)
        board->reads[run->io.port]++;
}

/* Answers the exit that the vCPU has just had. */
static enum board_end answer(struct board *board)
{
    struct vcpu *vcpu = &board->machine->vcpu;
    uint64_t address;

    if (board->breaks.count > 0) {
        int hit = monitor_hit(&board->breaks, vcpu, board->linear, &address);
        if (hit != 0)
            return hit == 1 ? BOARD_BREAK : failed(board);
    }
    count(board);
    switch (vcpu->run->exit_reason) {
    case KVM_EXIT_IO:
        if (port_io(board->devices, BOARD_DEVICES, vcpu) == -1)
            return failed(board);
        break;
    case KVM_EXIT_MMIO: /* nobody there: reads give all ones */
        memset(vcpu->run->mmio.data, 0xff, sizeof vcpu->run->mmio.data);
        break;
    case KVM_EXIT_DEBUG:
        break;
    case KVM_EXIT_SHUTDOWN:
        return BOARD_CRASH;
    default:
        errno = ENOTSUP;
        return failed(board);
    }
    return board->power == LINUX_POWERED_OFF ? BOARD_OFF
           : board->power == LINUX_RESTARTED ? BOARD_RESTARTED
                                             : BOARD_ON;
}

/* While it steps, interrupts wait: else the step would end in a handler, and the way back
 * from there would lead to the same instruction. Kernels before 5.16 cannot hold them. */
static int single_step(const struct board *board, bool on)
{
    struct kvm_guest_debug debug = {
        .control =
            on ? KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP | KVM_GUESTDBG_BLOCKIRQ
               : 0,
    };
    int result = ioctl(board->machine->vcpu.fd, KVM_SET_GUEST_DEBUG, &debug);
    debug.control &= ~(unsigned)KVM_GUESTDBG_BLOCKIRQ;
    return result == -1 && errno == EINVAL
               ? ioctl(board->machine->vcpu.fd, KVM_SET_GUEST_DEBUG, &debug)
               : result;
}

enum board_end board_one(struct board *board)
{
    struct vcpu *vcpu = &board->machine->vcpu;
    struct kvm_regs regs;
    enum board_end end = BOARD_ON;

    if (ioctl(vcpu->fd, KVM_GET_REGS, &regs) == -1 || single_step(board, true) == -1)
        return failed(board);
    uint64_t here = regs.rip + board->linear;
    bool lifted = monitor_lift(&board->breaks, here) == 0;
    int result = vcpu_run(vcpu);
    while (result == 0 && end == BOARD_ON && vcpu->run->exit_reason != KVM_EXIT_DEBUG) {
        end = answer(board);
        vcpu_stop(vcpu); /* an instruction that has exited is not complete yet: h02 */
        result = vcpu_run(vcpu);
    }
    if (result == -1 && errno != EINTR)
        end = failed(board);
    vcpu->run->immediate_exit = 0;
    if ((lifted && monitor_plant(&board->breaks, here) == -1) ||
        single_step(board, false) == -1)
        return failed(board);
    return end;
}

/* Whether the guest stands at a breakpoint, which would be hit again at once. */
static bool at_break(const struct board *board)
{
    struct kvm_regs regs;

    if (board->breaks.count == 0 ||
        ioctl(board->machine->vcpu.fd, KVM_GET_REGS, &regs) == -1)
        return false;
    for (unsigned i = 0; i < board->breaks.count; i++)
        if (board->breaks.at[i].address == regs.rip + board->linear)
            return true;
    return false;
}

/* Runs for a slice at most. */
static enum board_end slice(struct board *board, bool prompt)
{
    struct vcpu *vcpu = &board->machine->vcpu;
    enum board_end end = BOARD_ON;

    while (end == BOARD_ON) {
        board_feed(board);
        if (vcpu_run(vcpu) == -1)
            return errno == EINTR ? BOARD_TIME : failed(board);
        end = answer(board);
        if (end == BOARD_ON && prompt && board->prompted &&
            board->input_next == board->input_length)
            end = BOARD_PROMPT;
    }
    return end;
}

/* Keys of the terminal to the guest. Returns false for the escape key, or the end. */
static bool take_keys(struct board *board, struct serial_terminal *terminal)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    char bytes[65];
    bool leave = false;

    if (poll(&input, 1, 0) != 1)
        return true;
    ssize_t length = read(STDIN_FILENO, bytes, sizeof bytes - 1);
    if (length <= 0)
        return false;
    size_t kept =
        serial_terminal_keys(terminal, (uint8_t *)bytes, (size_t)length, &leave);
    bytes[kept] = '\0';
    (void)board_type(board, bytes); /* what a full line does not take is lost */
    return !leave;
}

/* The loop of both: TERMINAL NULL, when nobody types. */
static enum board_end run(struct tutor *tutor, struct board *board, double seconds,
                          bool prompt, struct serial_terminal *terminal)
{
    enum board_end end = BOARD_ON;
    uint64_t from = board_now();

    if (!board->started)
        board->begun = from;
    board->started = true;
    if (at_break(board))
        end = board_one(board);
    while (end == BOARD_ON) {
        if (terminal != NULL && !take_keys(board, terminal)) {
            end = BOARD_LEFT;
            break;
        }
        machine_listen(board->machine, SLICE);
        end = slice(board, prompt);
        (void)machine_unlisten(); /* the time is looked at below */
        fflush(stdout);
        if (end == BOARD_TIME && tutor_interrupted(tutor))
            end = BOARD_LEFT;
        else if (end == BOARD_TIME && !board->heard &&
                 (seconds == 0 || (double)(board_now() - from) < seconds * 1e9))
            end = BOARD_ON;
    }
    board->ran += board_now() - from;
    return end;
}

enum board_end board_run(struct tutor *tutor, struct board *board, double seconds,
                         bool prompt)
{
    return run(tutor, board, seconds, prompt, NULL);
}

enum board_end board_talk(struct tutor *tutor, struct board *board)
{
    struct serial_terminal terminal;

    if (serial_terminal_open(&terminal, STDIN_FILENO) == -1)
        return failed(board);
    printf("%.*s", (int)board->line_length, board->line);
    fflush(stdout);
    board->raw = true;
    enum board_end end = run(tutor, board, 0, false, &terminal);
    board->raw = false;
    serial_terminal_close(&terminal);
    return end;
}

/* --- Why it stands still ------------------------------------------------------------ */

static unsigned long long exits_of(const struct board *board)
{
    unsigned long long exits = 0;

    for (size_t i = 0; i < EXIT_KINDS; i++)
        exits += board->exits[i];
    return exits;
}

static int say_failure(struct tutor *tutor, const struct board *board)
{
    const struct vcpu *vcpu = &board->machine->vcpu;
    char what[256];

    if (board->error != ENOTSUP)
        return tutor_error(tutor, "KVM_RUN: %s", strerror(board->error));
    if (vcpu->run->exit_reason == KVM_EXIT_INTERNAL_ERROR)
        return tutor_error(tutor, "this host's KVM cannot run a kernel (it emulates "
                                  "instructions, and lacks some): leave, and then: "
                                  "build/boxwork open h08 --machine");
    (void)exit_describe(&board->machine->vm, vcpu, what, sizeof what); /* or a part */
    return tutor_error(tutor, "an exit that nobody answers: %s", what);
}

int board_say(struct tutor *tutor, struct board *board, enum board_end end)
{
    double seconds = (double)board->ran / 1e9;
    struct kvm_regs regs = {0};

    (void)ioctl(board->machine->vcpu.fd, KVM_GET_REGS,
                &regs); /* 0 where there are none */
    if (end == BOARD_OFF || end == BOARD_RESTARTED || end == BOARD_CRASH ||
        end == BOARD_FAILED)
        board->up = false;
    switch (end) {
    case BOARD_OFF:
        printf("the guest has switched itself off, after %.2f s and %llu exits\n",
               seconds, exits_of(board));
        return 0;
    case BOARD_RESTARTED:
        printf("the guest asks for a restart, and is stopped, after %.2f s and %llu "
               "exits\n",
               seconds, exits_of(board));
        return 1;
    case BOARD_CRASH:
        return tutor_error(tutor,
                           "a triple fault at 0x%llx: a fault, and nobody to "
                           "handle it",
                           regs.rip);
    case BOARD_FAILED:
        return say_failure(tutor, board);
    case BOARD_BREAK:
        printf("breakpoint at 0x%llx\n", regs.rip);
        return 0;
    case BOARD_PROMPT:
        return 0;
    default:
        printf("stands at 0x%llx, after %.2f s and %llu exits\n", regs.rip, seconds,
               exits_of(board));
        return 0;
    }
}
