/* probe.c - the player of lesson h02-real-mode: calls the learner's functions, one word
 * each.
 *
 * The judge sends programs for the guest as hexadecimal text, with numbers in them that
 * it has just made up. What the guest then writes to its memory the judge reads there;
 * what reaches the devices of this probe is a log that it reads here. See
 * tests/grader/probe.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include "probe.h"
#include "realmode.h"

enum { MEMORY = 1 << 20, FAKE_PAGE = 12288, UNTOUCHED = 0xcc };

static struct vm vm;
static struct vcpu vcpu;

/* What the devices have seen, and what they answer. */
static char text[2048];
static size_t text_length;
static uint32_t answers[16];
static size_t answer_count, answer_next;

/* Ends the probe when something goes wrong that is no fault of the learner's. */
static void need(bool good, const char *what)
{
    if (!good) {
        perror(what);
        exit(99);
    }
}

static void note(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int length =
        vsnprintf(text + text_length, sizeof text - text_length, format, arguments);
    va_end(arguments);
    if (length > 0 && (size_t)length < sizeof text - text_length)
        text_length += (size_t)length;
}

static unsigned long number(const char *from)
{
    return strtoul(from, NULL, 0);
}

/* Bytes from hexadecimal text. Returns how many. */
static size_t bytes_of(const char *hex, uint8_t *to, size_t size)
{
    size_t count = 0;

    while (count < size && sscanf(hex + 2 * count, "%2hhx", &to[count]) == 1)
        count++;
    return count;
}

static void need_machine(void)
{
    need(vm_open(&vm, "/dev/kvm") == 0, "vm_open");
    need(vm_create(&vm) == 0, "vm_create");
    need(vm_add_memory(&vm, 0, MEMORY) == 0, "vm_add_memory");
    need(vcpu_create(&vcpu, &vm, 0) == 0, "vcpu_create");
}

/* --- Devices ------------------------------------------------------------------------ */

/* Its context is its name, one letter. */
static uint32_t device_in(void *context, uint16_t port, unsigned size)
{
    uint32_t answer = answer_next < answer_count ? answers[answer_next++] : 0;

    note("%sin %x %u;", (const char *)context, port, size);
    return answer;
}

static void device_out(void *context, uint16_t port, unsigned size, uint32_t value)
{
    note("%sout %x %u %x;", (const char *)context, port, size, value);
}

/* The line: what it sends goes into the log, what waits are the answers. */
static void line_send(void *context, uint8_t byte)
{
    (void)context;
    note("%c", byte);
}

static bool line_waiting(void *context)
{
    (void)context;
    return answer_next < answer_count;
}

static uint8_t line_receive(void *context)
{
    (void)context;
    need(answer_next < answer_count, "receive called with nothing waiting");
    return (uint8_t)answers[answer_next++];
}

static struct line the_line = {line_send, line_waiting, line_receive, NULL};

/* Ranges that touch and overlap: the first that fits has the port. */
static const struct port_device devices[] = {
    {0x200, 0x203, device_in, device_out, "A"},
    {0x203, 0x20f, device_in, device_out, "B"},
    {0x220, 0x220, NULL, device_out, "W"},
    {0x230, 0x230, device_in, NULL, "R"},
    {LINE_PORT, LINE_PORT + LINE_PORTS - 1, line_in, line_out, &the_line},
};

enum { DEVICES = sizeof devices / sizeof *devices };

static struct realmode machine = {
    .vm = &vm, .vcpu = &vcpu, .devices = devices, .device_count = DEVICES};

static void answers_of(char **words)
{
    for (; *words && answer_count < sizeof answers / sizeof *answers; words++)
        answers[answer_count++] = (uint32_t)number(*words);
}

/* Loads the program, with the reference's functions, at 0100:0000. */
static void need_program(const char *hex)
{
    uint8_t code[512];
    size_t size = bytes_of(hex, code, sizeof code);

    need_machine();
    need(realmode_load(&vm, REALMODE_SEGMENT, 0, code, size) == 0, "realmode_load");
    need(realmode_reset(&vcpu, REALMODE_SEGMENT, 0) == 0, "realmode_reset");
}

/* --- Running ------------------------------------------------------------------------ */

static volatile sig_atomic_t stops;

static void stop(int signal)
{
    (void)signal;
    stops++;
    vcpu_stop(&vcpu);
}

/* Runs the guest until it ends; after 300 ms it is stopped. Returns as realmode_run
 * does. */
static int run_for_a_while(void)
{
    struct sigaction action = {.sa_handler = stop};
    struct itimerval timer = {.it_value.tv_usec = 300000};

    need(sigaction(SIGALRM, &action, NULL) == 0, "sigaction");
    need(setitimer(ITIMER_REAL, &timer, NULL) == 0, "setitimer");
    return realmode_run(&machine);
}

/* Reports what realmode_reset has returned, and, if the program has not run to its end
 * then, how it ended. */
static int run_and_report(int result, int error)
{
    if (result == 0 && run_for_a_while() == -1)
        need(exit_describe(&vm, &vcpu, text, sizeof text) == 0, "exit_describe");
    probe_ready("%d %d %s", result, error, text);
    return 0;
}

/* --- realmode_reset ----------------------------------------------------------------- */

/* reset SEGMENT OFFSET HEX: the program is there; the processor is put in front of it and
 * runs. Without a program it does not. */
static int reset(int argc, char **argv)
{
    uint8_t code[512];
    uint16_t segment = (uint16_t)number(argv[1]), offset = (uint16_t)number(argv[2]);
    size_t size = bytes_of(argv[3], code, sizeof code);

    (void)argc;
    need_machine();
    void *to = vm_at(&vm, realmode_address(segment, offset), size);
    need(to != NULL, "vm_at");
    memcpy(to, code, size);
    int result = realmode_reset(&vcpu, segment, offset);
    if (size > 0)
        return run_and_report(result, errno);
    probe_ready("%d %d", result, errno);
    return 0;
}

/* reset-again HEX HEX: the first program turns the processor inside out, then the
 * second runs after a reset. */
static int reset_again(int argc, char **argv)
{
    uint8_t code[512];

    (void)argc;
    need_program(argv[1]);
    struct kvm_regs regs = {.rflags = 0x402, .rbp = 1, .r8 = 2}; /* 0x400: direction */
    need(ioctl(vcpu.fd, KVM_SET_REGS, &regs) == 0, "KVM_SET_REGS");
    if (run_for_a_while() == -1) {
        need(exit_describe(&vm, &vcpu, text, sizeof text) == 0, "exit_describe");
        probe_ready("0 0 %s", text);
        return 0;
    }
    size_t size = bytes_of(argv[2], code, sizeof code);
    void *to = vm_at(&vm, realmode_address(REALMODE_SEGMENT, 0), size);
    need(to != NULL, "vm_at");
    memcpy(to, code, size);
    int result = realmode_reset(&vcpu, REALMODE_SEGMENT, 0);
    return run_and_report(result, errno);
}

static int reset_closed(int argc, char **argv)
{
    struct vcpu none = VCPU_NONE;

    (void)argc, (void)argv;
    int result = realmode_reset(&none, REALMODE_SEGMENT, 0);
    probe_ready("%d %d", result, errno);
    return 0;
}

/* --- realmode_load ------------------------------------------------------------------ */

/* load SEGMENT OFFSET SIZE SEED: byte i of the image is SEED + 7 * i; guest memory is
 * UNTOUCHED before. */
static int load(int argc, char **argv)
{
    static uint8_t image[0x40000];
    size_t size = number(argv[3]);

    (void)argc;
    need(size <= sizeof image, "load");
    for (size_t i = 0; i < size; i++)
        image[i] = (uint8_t)(number(argv[4]) + 7 * i);
    need_machine();
    memset(vm.slots[0].host, UNTOUCHED, MEMORY);
    int result = realmode_load(&vm, (uint16_t)number(argv[1]), (uint16_t)number(argv[2]),
                               image, size);
    probe_ready("%d %d", result, errno);
    return 0;
}

/* --- Guests ------------------------------------------------------------------------- */

/* guest HEX [ANSWER]…: runs until it ends; after 300 ms it is stopped. Reports the
 * result, the counts of exits, how often it was stopped, and the log. */
static int guest(int argc, char **argv)
{
    (void)argc;
    need_program(argv[1]);
    answers_of(argv + 2);
    int result = run_for_a_while();
    probe_ready("%d %d %d %u %u %u %s", result, errno, (int)stops,
                (unsigned)machine.exits[KVM_EXIT_IO],
                (unsigned)machine.exits[KVM_EXIT_HLT],
                (unsigned)machine.exits[KVM_EXIT_MMIO], text);
    return 0;
}

/* answer HEX: one exit of the program, answered by realmode_answer alone. */
static int answer(int argc, char **argv)
{
    (void)argc;
    need_program(argv[1]);
    answers_of(argv + 2);
    need(vcpu_run(&vcpu) == 0, "vcpu_run");
    int result = realmode_answer(&machine);
    probe_ready("%d %d %s", result, errno, text);
    return 0;
}

/* answer-count REASON TIMES: exits of this kind that have never been. Reports the
 * result, and which index counted how many. */
static int answer_count_of(int argc, char **argv)
{
    static uint8_t page[FAKE_PAGE];
    struct vcpu fake = {.fd = -1, .run = (struct kvm_run *)page, .run_size = sizeof page};
    struct realmode counted = {.vcpu = &fake};
    int result = 0, error = 0;

    (void)argc;
    fake.run->exit_reason = (uint32_t)number(argv[1]);
    fake.run->io.size = 1;
    fake.run->io.count = 1;
    fake.run->io.data_offset = 4096;
    for (unsigned long i = number(argv[2]); i > 0; i--) {
        result = realmode_answer(&counted);
        error = errno;
    }
    for (unsigned i = 0; i < EXIT_KINDS; i++)
        if (counted.exits[i] != 0)
            note("%u:%u ", i, (unsigned)counted.exits[i]);
    probe_ready("%d %d %s", result, error, text);
    return 0;
}

/* fake DIRECTION SIZE PORT COUNT OFFSET [ANSWER]…: port_io of a page that we have
 * filled: the byte i of the data is i + 1. Reports the result, the log, and the first
 * 16 bytes after it. */
static int fake(int argc, char **argv)
{
    static uint8_t page[2 * FAKE_PAGE];
    struct vcpu of = {.fd = -1, .run = (struct kvm_run *)page, .run_size = FAKE_PAGE};
    uint64_t offset = strtoull(argv[5], NULL, 0);

    (void)argc;
    for (size_t i = 0; offset + i < sizeof page && i < 256; i++)
        page[offset + i] = (uint8_t)(i + 1);
    of.run->exit_reason = KVM_EXIT_IO;
    of.run->io.direction = (uint8_t)number(argv[1]);
    of.run->io.size = (uint8_t)number(argv[2]);
    of.run->io.port = (uint16_t)number(argv[3]);
    of.run->io.count = (uint32_t)number(argv[4]);
    of.run->io.data_offset = offset;
    answers_of(argv + 6);
    int result = port_io(devices, DEVICES, &of);
    int error = errno;
    note(" ");
    for (size_t i = 0; offset + i < sizeof page && i < 16; i++)
        note("%02x", page[offset + i]);
    probe_ready("%d %d %s", result, error, text);
    return 0;
}

/* --- The line ----------------------------------------------------------------------- */

/* line-in BYTE: what the registers read, in the order that the judge expects. */
static int line_registers(int argc, char **argv)
{
    struct line nobody = {.send = line_send};

    (void)argc;
    unsigned status_empty = line_in(&the_line, LINE_PORT + LINE_STATUS, 1);
    unsigned data_empty = line_in(&the_line, LINE_PORT, 1);
    unsigned status_never = line_in(&nobody, LINE_PORT + LINE_STATUS, 1);
    answers_of(argv + 1);
    unsigned first = line_in(&the_line, LINE_PORT + LINE_STATUS, 1);
    unsigned second = line_in(&the_line, LINE_PORT + LINE_STATUS, 1);
    unsigned data = line_in(&the_line, LINE_PORT, 1);
    unsigned after = line_in(&the_line, LINE_PORT + LINE_STATUS, 1);
    unsigned other = line_in(&the_line, LINE_PORT + 1, 1);
    probe_ready("%x %x %x %x %x %x %x %x", status_empty, data_empty, status_never, first,
                second, data, after, other);
    return 0;
}

/* --- exit_describe ------------------------------------------------------------------ */

/* describe HEX [SIZE]: the first exit of the program that is none of a port, described
 * into SIZE bytes. */
static int describe(int argc, char **argv)
{
    char described[512];
    size_t size = argc > 2 ? number(argv[2]) : 256;

    memset(described, '#', sizeof described);
    described[sizeof described - 1] = '\0';
    need_program(argv[1]);
    need(vcpu_run(&vcpu) == 0, "vcpu_run");
    int result = exit_describe(&vm, &vcpu, described, size);
    int error = errno;
    bool beyond = described[size] != '#';
    probe_ready("%d %d %d %zu %s", result, error, beyond, strnlen(described, size),
                described);
    return 0;
}

/* describe-fake REASON A B: an exit that the run page only claims. */
static int describe_fake(int argc, char **argv)
{
    char described[256] = "";

    (void)argc;
    need_program("f4");
    vcpu.run->exit_reason = (uint32_t)number(argv[1]);
    if (vcpu.run->exit_reason == KVM_EXIT_FAIL_ENTRY) {
        vcpu.run->fail_entry.hardware_entry_failure_reason = number(argv[2]);
    } else if (vcpu.run->exit_reason == KVM_EXIT_INTERNAL_ERROR) {
        vcpu.run->internal.suberror = (uint32_t)number(argv[2]);
        vcpu.run->internal.ndata = 0;
    }
    int result = exit_describe(&vm, &vcpu, described, sizeof described);
    probe_ready("%d %d 0 0 %s", result, errno, described);
    return 0;
}

const struct probe_word probe_words[] = {
    {"reset", reset},
    {"reset-again", reset_again},
    {"reset-closed", reset_closed},
    {"load", load},
    {"guest", guest},
    {"answer", answer},
    {"answer-count", answer_count_of},
    {"fake", fake},
    {"line-in", line_registers},
    {"describe", describe},
    {"describe-fake", describe_fake},
    {NULL, NULL},
};
