/* probe.c - the player of lesson h03-monitor: calls the learner's functions, one word
 * each.
 *
 * The judge sends programs for the guest as hexadecimal text, with numbers in them that
 * it has just made up. What the guest then writes to its memory the judge reads there;
 * what KVM is asked for it sees as it is asked. See tests/grader/probe.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "monitor.h"
#include "probe.h"
#include "realmode.h"

enum { MEMORY = 1 << 20, CODE = REALMODE_SEGMENT * 16, MOST = 32 };

static struct vm vm;
static struct vcpu vcpu;
static char text[3000];
static size_t text_length;

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

static uint64_t number(const char *from)
{
    return strtoull(from, NULL, 0);
}

/* Bytes from hexadecimal text. Returns how many. */
static size_t bytes_of(const char *hex, uint8_t *to, size_t size)
{
    size_t count = 0;

    while (count < size && sscanf(hex + 2 * count, "%2hhx", &to[count]) == 1)
        count++;
    return count;
}

static void need_machine(size_t memory)
{
    need(vm_open(&vm, "/dev/kvm") == 0, "vm_open");
    need(vm_create(&vm) == 0, "vm_create");
    need(vm_add_memory(&vm, 0, memory) == 0, "vm_add_memory");
    need(vcpu_create(&vcpu, &vm, 0) == 0, "vcpu_create");
}

/* Loads the program at 0100:0000. */
static void need_program(const char *hex)
{
    uint8_t code[512];
    size_t size = bytes_of(hex, code, sizeof code);

    if (vm.slot_count == 0)
        need_machine(MEMORY);
    need(realmode_load(&vm, REALMODE_SEGMENT, 0, code, size) == 0, "realmode_load");
    need(realmode_reset(&vcpu, REALMODE_SEGMENT, 0) == 0, "realmode_reset");
}

static uint32_t run_on(void)
{
    need(vcpu_run(&vcpu) == 0, "vcpu_run");
    return vcpu.run->exit_reason;
}

/* --- monitor_step ------------------------------------------------------------------- */

/* step HEX COUNT: reports the last result; then the guest runs, and how that ends. */
static int step(int argc, char **argv)
{
    int result = 1;

    (void)argc;
    need_program(argv[1]);
    for (uint64_t i = number(argv[2]); i > 0 && result == 1; i--)
        result = monitor_step(&vcpu);
    probe_ready("%d %d", result, errno);
    probe_ready("%u", run_on());
    return 0;
}

/* step-exit HEX: the same until a step is not 1. Reports the exit as well. */
static int step_exit(int argc, char **argv)
{
    int result = 1;

    (void)argc;
    need_program(argv[1]);
    for (int i = 0; i < 8 && result == 1; i++)
        result = monitor_step(&vcpu);
    probe_ready("%d %d %u", result, errno, vcpu.run->exit_reason);
    return 0;
}

/* step-stop HEX: a step that is asked to stop before it starts. Then the guest runs. */
static int step_stop(int argc, char **argv)
{
    (void)argc;
    need_program(argv[1]);
    vcpu_stop(&vcpu);
    int result = monitor_step(&vcpu);
    probe_ready("%d %d", result, errno);
    probe_ready("%u", run_on());
    return 0;
}

static int step_closed(int argc, char **argv)
{
    static struct kvm_run run;
    struct vcpu none = {.fd = -1, .run = &run, .run_size = sizeof run};

    (void)argc, (void)argv;
    int result = monitor_step(&none);
    probe_ready("%d %d", result, errno);
    return 0;
}

/* --- monitor_watch ------------------------------------------------------------------ */

/* watch [ADDRESS LENGTH KIND]…: as many watches in one call. */
static int watch(int argc, char **argv)
{
    struct monitor_watch watches[8];
    unsigned count = 0;

    need_machine(MEMORY);
    for (int i = 1; i + 2 < argc && count < 8; i += 3)
        watches[count++] =
            (struct monitor_watch){number(argv[i]), (unsigned)number(argv[i + 1]),
                                   (enum monitor_kind)number(argv[i + 2])};
    int result = monitor_watch(&vcpu, watches, count);
    probe_ready("%d %d", result, errno);
    return 0;
}

/* --- monitor_plant, monitor_hit ----------------------------------------------------- */

static struct monitor_breaks breaks = {.vm = &vm};

/* plant SEED ADDRESS…: byte i of memory is SEED + 7 * i. Reports the results; then all
 * that were planted are lifted, the first one first. */
static int plant(int argc, char **argv)
{
    int results[MOST];

    need_machine(MEMORY);
    for (size_t i = 0; i < MEMORY; i++)
        vm.slots[0].host[i] = (uint8_t)(number(argv[1]) + 7 * i);
    for (int i = 2; i < argc && i < MOST; i++) {
        errno = 0;
        results[i] = monitor_plant(&breaks, number(argv[i]));
        note("%d:%d ", results[i], results[i] == -1 ? errno : 0);
    }
    probe_ready("%s", text);
    for (int i = 2; i < argc && i < MOST; i++)
        if (results[i] == 0)
            need(monitor_lift(&breaks, number(argv[i])) == 0, "monitor_lift");
    probe_ready("lifted");
    return 0;
}

static void plant_at(const char *offset)
{
    need(monitor_plant(&breaks, CODE + number(offset)) == 0, "monitor_plant");
}

/* hit HEX OFFSET: a breakpoint there; the guest runs into it. Reports the result and the
 * address. Then it is lifted, and the guest runs on; reports how that ends. */
static int hit(int argc, char **argv)
{
    uint64_t address = 0;

    (void)argc;
    need_program(argv[1]);
    plant_at(argv[2]);
    need(run_on() == KVM_EXIT_IO, "the planted byte does not exit");
    int result = monitor_hit(&breaks, &vcpu, CODE, &address);
    probe_ready("%d %d 0x%llx", result, errno, (unsigned long long)address);
    need(monitor_lift(&breaks, CODE + number(argv[2])) == 0, "monitor_lift");
    probe_ready("%u", run_on());
    return 0;
}

/* hit-own HEX OFFSET OFFSET: breakpoints there; the first exit is an out of the guest's
 * own. Reports the result, and what the run page says of it; then the next one. */
static int hit_own(int argc, char **argv)
{
    uint64_t address = 0;

    (void)argc;
    need_program(argv[1]);
    plant_at(argv[2]);
    plant_at(argv[3]);
    need(run_on() == KVM_EXIT_IO, "the out does not exit");
    int result = monitor_hit(&breaks, &vcpu, CODE, &address);
    const struct kvm_run *run = vcpu.run;
    probe_ready("%d %d %u %x %x", result, errno, run->exit_reason, run->io.port,
                ((const uint8_t *)run)[run->io.data_offset]);
    need(run_on() == KVM_EXIT_IO, "the planted byte does not exit");
    result = monitor_hit(&breaks, &vcpu, CODE, &address);
    probe_ready("%d %d 0x%llx", result, errno, (unsigned long long)address);
    return 0;
}

/* hit-in HEX OFFSET VALUE: a breakpoint there, which the guest jumps over; the exit is an
 * in. Reports the result; then the in is answered with VALUE, and the guest runs on. */
static int hit_in(int argc, char **argv)
{
    uint64_t address = 0;

    (void)argc;
    need_program(argv[1]);
    plant_at(argv[2]);
    need(run_on() == KVM_EXIT_IO, "the in does not exit");
    int result = monitor_hit(&breaks, &vcpu, CODE, &address);
    probe_ready("%d %d", result, errno);
    ((uint8_t *)vcpu.run)[vcpu.run->io.data_offset] = (uint8_t)number(argv[3]);
    probe_ready("%u", run_on());
    return 0;
}

/* An out at a breakpoint that the run page claims, of a vCPU that is closed. */
static int hit_closed(int argc, char **argv)
{
    static struct kvm_run run;
    struct vcpu none = {.fd = -1, .run = &run, .run_size = sizeof run};
    uint64_t address = 0;

    (void)argc, (void)argv;
    need_machine(MEMORY);
    plant_at("0");
    run.exit_reason = KVM_EXIT_IO;
    run.io.direction = KVM_EXIT_IO_OUT;
    run.io.size = 1;
    run.io.count = 1;
    int result = monitor_hit(&breaks, &none, CODE, &address);
    probe_ready("%d %d", result, errno);
    return 0;
}

/* --- monitor_mmio ------------------------------------------------------------------- */

static uint64_t answers[8];
static unsigned answer_count, answer_next;

/* Its context is its name, one letter. */
static uint64_t device_read(void *context, uint64_t offset, unsigned size)
{
    note("%sread %llx %u;", (const char *)context, (unsigned long long)offset, size);
    return answer_next < answer_count ? answers[answer_next++] : 0;
}

static void device_write(void *context, uint64_t offset, unsigned size, uint64_t value)
{
    note("%swrite %llx %u %llx;", (const char *)context, (unsigned long long)offset, size,
         (unsigned long long)value);
}

/* Two that touch, one inside another, two that lack something, and the end of all
 * addresses. */
static const struct mmio_device devices[] = {
    {0x100000, 0x1000ff, device_read, device_write, "A"},
    {0x100100, 0x10010f, device_read, device_write, "B"},
    {0x100100, 0x1001ff, device_read, device_write, "C"},
    {0x100400, 0x1004ff, NULL, device_write, "W"},
    {0x100500, 0x1005ff, device_read, NULL, "R"},
    {UINT64_MAX - 7, UINT64_MAX, device_read, device_write, "E"},
};

enum { DEVICES = sizeof devices / sizeof *devices };

static void answers_of(char **words)
{
    for (; *words && answer_count < sizeof answers / sizeof *answers; words++)
        answers[answer_count++] = number(*words);
}

/* mmio HEX [ANSWER]…: the guest runs until it ends in something else. */
static int mmio(int argc, char **argv)
{
    int result = 0;

    (void)argc;
    need_program(argv[1]);
    answers_of(argv + 2);
    while (result == 0 && run_on() == KVM_EXIT_MMIO)
        result = monitor_mmio(devices, DEVICES, &vcpu);
    probe_ready("%d %d %s", result, errno, text);
    return 0;
}

/* mmio-fake ADDRESS LENGTH WRITE DATA [ANSWER]…: an exit that never was; DATA is eight
 * bytes of hexadecimal text. Reports the result, the log, and the bytes after it. */
static int mmio_fake(int argc, char **argv)
{
    static struct kvm_run run;
    struct vcpu fake = {.fd = -1, .run = &run, .run_size = sizeof run};

    (void)argc;
    run.exit_reason = KVM_EXIT_MMIO;
    run.mmio.phys_addr = number(argv[1]);
    run.mmio.len = (uint32_t)number(argv[2]);
    run.mmio.is_write = (uint8_t)number(argv[3]);
    (void)bytes_of(argv[4], run.mmio.data, sizeof run.mmio.data);
    answers_of(argv + 5);
    int result = monitor_mmio(devices, DEVICES, &fake);
    int error = errno;
    note(" ");
    for (size_t i = 0; i < sizeof run.mmio.data; i++)
        note("%02x", run.mmio.data[i]);
    probe_ready("%d %d %s", result, error, text);
    return 0;
}

/* --- monitor_dirty ------------------------------------------------------------------ */

enum { GUARD = 0x5a5a };

/* dirty HEX SLOT LOG: slot 0 has 65 pages, slot 1 three at 0x80000; with LOG 1 their
 * writes are logged while the guest runs. Reports the result, whether what stands behind
 * the bitmap was changed, and the bitmap's first two words. */
static int dirty(int argc, char **argv)
{
    uint64_t bitmap[16];
    unsigned slot = (unsigned)number(argv[2]);
    size_t words = slot == 0 ? 2 : 1;

    (void)argc;
    need_machine(65 * 4096);
    need(vm_add_memory(&vm, 0x80000, 3 * 4096) == 0, "vm_add_memory");
    need_program(argv[1]);
    for (unsigned i = 0; i < 2 && number(argv[3]) == 1; i++)
        need(monitor_log(&vm, i, true) == 0, "monitor_log");
    need(run_on() == KVM_EXIT_HLT, "the guest does not halt");
    for (size_t i = 0; i < 16; i++)
        bitmap[i] = GUARD;
    long result = monitor_dirty(&vm, slot, bitmap);
    int error = errno, beyond = 0;
    for (size_t i = words; i < 16; i++)
        beyond |= bitmap[i] != GUARD;
    probe_ready("%ld %d %d %llx %llx", result, error, beyond,
                (unsigned long long)bitmap[0],
                words > 1 ? (unsigned long long)bitmap[1] : 0);
    return 0;
}

/* --- monitor_run -------------------------------------------------------------------- */

static struct monitor_trace trace;

static unsigned long long now(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time); /* a clock that every Linux has */
    return (unsigned long long)time.tv_sec * 1000000000 +
           (unsigned long long)time.tv_nsec;
}

/* trace HEX USECONDS: runs until the guest halts, and takes that long to answer each exit
 * before. Reports the last result; the time in all calls; for each kind its number, count
 * and both times. */
static int traced(int argc, char **argv)
{
    unsigned long long calls = 0;
    int result = 0;

    (void)argc;
    need_program(argv[1]);
    for (int i = 0; i < 64 && result == 0; i++) {
        unsigned long long begin = now();
        result = monitor_run(&trace, &vcpu);
        calls += now() - begin;
        if (vcpu.run->exit_reason == KVM_EXIT_HLT)
            break;
        (void)usleep((unsigned)number(argv[2])); /* cut short, the check fails */
    }
    int error = errno;
    note("%llu ", calls);
    for (unsigned i = 0; i < MONITOR_EXITS; i++)
        if (trace.exit[i].count != 0 || trace.exit[i].inside != 0 ||
            trace.exit[i].answer != 0)
            note("%u %llu %llu %llu ", i, (unsigned long long)trace.exit[i].count,
                 (unsigned long long)trace.exit[i].inside,
                 (unsigned long long)trace.exit[i].answer);
    probe_ready("%d %d %s", result, error, text);
    return 0;
}

/* trace-stop HEX: one exit, and then a run that is asked to stop before it starts.
 * Reports its result, and how many exits are counted. */
static int trace_stop(int argc, char **argv)
{
    unsigned long long count = 0;

    (void)argc;
    need_program(argv[1]);
    int first = monitor_run(&trace, &vcpu);
    vcpu_stop(&vcpu);
    int result = monitor_run(&trace, &vcpu);
    int error = errno;
    for (unsigned i = 0; i < MONITOR_EXITS; i++)
        count += trace.exit[i].count;
    probe_ready("%d %d %d %llu", result, error, first, count);
    return 0;
}

const struct probe_word probe_words[] = {
    {"step", step},
    {"step-exit", step_exit},
    {"step-stop", step_stop},
    {"step-closed", step_closed},
    {"watch", watch},
    {"plant", plant},
    {"hit", hit},
    {"hit-own", hit_own},
    {"hit-in", hit_in},
    {"hit-closed", hit_closed},
    {"mmio", mmio},
    {"mmio-fake", mmio_fake},
    {"dirty", dirty},
    {"trace", traced},
    {"trace-stop", trace_stop},
    {NULL, NULL},
};
