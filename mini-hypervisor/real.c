/* real.c - `mini-hypervisor run --real FILE`: one program in a machine in real mode.
 *
 * A VM with one stretch of memory and one vCPU (vm.h), the program at 0100:0000 and a
 * serial line that is standard input and output (realmode.h). Signals stop the guest:
 * Ctrl-C, SIGTERM and the alarm of --timeout all ask vcpu_run to return (stop.c).
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "hypervisor.h"
#include "kernel.h"
#include "realmode.h"

enum { LINE_END = 4 }; /* EOT: what a guest reads when our input has ended */

/* The other end of the serial line. */
struct terminal {
    bool has_byte; /* BYTE has been read from standard input and waits for the guest */
    bool ended; /* there was an end of input, and LINE_END has been handed out for it */
    uint8_t byte;
    uint64_t first_output; /* when the guest's first byte came, nanoseconds; 0: not yet */
};

static void terminal_send(void *context, uint8_t byte)
{
    struct terminal *terminal = context;

    if (terminal->first_output == 0)
        terminal->first_output = exits_now();
    putchar(byte); /* a failure stays in ferror(stdout), and main() reports it */
    if (byte == '\n')
        fflush(stdout); /* as above */
}

/* A guest that waits asks again at once, thousands of times in a millisecond. So the
 * question takes a millisecond when the answer is no, and the host's processor can
 * rest. */
static bool terminal_waiting(void *context)
{
    struct terminal *terminal = context;
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};

    if (terminal->has_byte)
        return true;
    if (terminal->ended || fflush(stdout) == EOF || poll(&input, 1, 1) <= 0)
        return false;
    ssize_t length = read(STDIN_FILENO, &terminal->byte, 1);
    if (length == -1 && (errno == EINTR || errno == EAGAIN))
        return false;
    if (length != 1) { /* an input that cannot be read has ended, too */
        terminal->byte = LINE_END;
        terminal->ended = true;
    }
    terminal->has_byte = true;
    return true;
}

static uint8_t terminal_receive(void *context)
{
    struct terminal *terminal = context;

    terminal->has_byte = false;
    return terminal->byte;
}

/* Reads at most SIZE bytes of FILE. Returns how many, or -1 with errno. */
static ssize_t read_file(const char *file, void *to, size_t size)
{
    size_t length = 0;
    ssize_t got = 1;
    int fd = open(file, O_RDONLY | O_CLOEXEC);

    if (fd == -1)
        return -1;
    while (length < size && got != 0) {
        got = read(fd, (char *)to + length, size - length);
        if (got == -1 && errno == EINTR)
            continue;
        if (got == -1)
            break;
        length += (size_t)got;
    }
    int error = errno;
    (void)close(fd); /* it was only read */
    errno = error;
    return got == -1 ? -1 : (ssize_t)length;
}

/* Makes VM and VCPU, and puts the IMAGE into them. Returns 0, or -1 when that failed and
 * has been said. The caller takes both apart in either case. */
static int build(struct vm *vm, struct vcpu *vcpu, const struct real_options *options,
                 const void *image, size_t size)
{
    if (kvm_open(vm) == -1)
        return -1;
    if (vm_create(vm) == -1) {
        fail(1, "a virtual machine: %s: see dmesg", strerror(errno));
        return -1;
    }
    if (vm_add_memory(vm, 0, options->memory) == -1) {
        fail(1, "%zu bytes of guest memory: %s: use a smaller --memory", options->memory,
             strerror(errno));
        return -1;
    }
    if (realmode_load(vm, REALMODE_SEGMENT, 0, image, size) == -1) {
        fail(1, "%s: %s: %s", options->file,
             errno == EINVAL ? "it is empty" : "it does not fit",
             errno == EINVAL  ? "a flat binary has at least one instruction"
             : errno == EFBIG ? "a flat binary has at most 64 KiB, one segment"
                              : "use a bigger --memory");
        return -1;
    }
    if (vcpu_create(vcpu, vm, 0) == -1 ||
        realmode_reset(vcpu, REALMODE_SEGMENT, 0) == -1) {
        fail(1, "a virtual processor: %s: see dmesg", strerror(errno));
        return -1;
    }
    return 0;
}

/* realmode_run, with a look at each exit. */
static int serve(struct realmode *machine, struct exits *exits, bool trace)
{
    int answer;

    exits->entered = exits_now();
    do {
        if (vcpu_run(machine->vcpu) == -1)
            return -1;
        exits_count(exits, machine->vcpu, trace);
        answer = realmode_answer(machine);
    } while (answer == 1);
    return answer;
}

/* Says why the run ended, unless the guest has halted. Returns the exit status. */
static int say_end(const struct realmode *machine, const struct real_options *options,
                   int result, int error)
{
    char what[256];

    if (result == 0)
        return EXIT_SUCCESS;
    if (error != EINTR && error != ENOTSUP && error != EPROTO)
        return fail(1, "%s: KVM_RUN: %s", options->file, strerror(error));
    (void)exit_describe(machine->vm, machine->vcpu, what,
                        sizeof what); /* or a part of it */
    if (error != EINTR)
        return fail(1, "%s: an exit that nobody answers: %s", options->file, what);
    if (stop_reason() == SIGALRM)
        return fail(1, "%s: still running after %g s, stopped: %s", options->file,
                    options->seconds, what);
    return fail(128 + stop_reason(), "%s: stopped by a signal: %s", options->file, what);
}

int real_run(const struct real_options *options)
{
    static uint8_t
        image[REALMODE_SPAN + 1]; /* one more, to see that a file is too long */
    struct vm vm = VM_NONE;
    struct vcpu vcpu = VCPU_NONE;
    struct terminal terminal = {0};
    struct line line = {terminal_send, terminal_waiting, terminal_receive, &terminal};
    const struct port_device devices[] = {
        {LINE_PORT, LINE_PORT + LINE_PORTS - 1, line_in, line_out, &line},
    };
    struct realmode machine = {
        .vm = &vm,
        .vcpu = &vcpu,
        .devices = devices,
        .device_count = sizeof devices / sizeof *devices,
    };
    struct exits exits = {.started = exits_now()};
    int status = EXIT_FAILURE;

    ssize_t size = read_file(options->file, image, sizeof image);
    if (size == -1)
        return fail(1, "%s: %s: FILE must be a flat binary that can be read",
                    options->file, strerror(errno));
    if (build(&vm, &vcpu, options, image, (size_t)size) == 0) {
        stop_catch(&vcpu, options->seconds);
        int result = serve(&machine, &exits, options->trace);
        int error = errno;
        stop_release();
        status = say_end(&machine, options, result, error);
        if (options->stats) {
            fflush(
                stdout); /* what the guest said comes first; main() looks whether it arrived */
            exits_print(&exits, &vm, terminal.first_output);
        }
    }
    vcpu_destroy(&vcpu);
    vm_destroy(&vm);
    return status;
}
