/* probe.c - the player of lesson h06-interrupts: does what a script says, step by step.
 *
 * The script is the arguments: "code:ADDRESS:HEX" puts bytes into guest memory, "gate:6:ADDRESS"
 * remembers a gate, "inject:40" calls the learner's function. Each call notes what it has
 * returned, "RESULT ERRNO ", and more where there is more; "ready" shows the judge what was
 * noted since the last time, and so does the end. See the table at the end, and
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
#include <time.h>
#include "interrupts.h"
#include "longmode.h"
#include "probe.h"
#include "protected.h"

enum {
    MEMORY = 8 << 20,
    GDT = 0x1000,
    IDT = 0x2000,
    TABLES = 0x10000,
    TABLES_SIZE = 0x10000,
    CODE = 0x200000,
    STACK = 0x300000,
    UNTOUCHED = 0xcc,
    VALUES = 6,
};

static struct vm vm = {.kvm_fd = -1, .fd = -1};
static struct vcpu vcpu = {.fd = -1};
static struct longmode_tables tables;
static struct interrupts_gate gates[300];
static struct interrupts_clock watch;

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

static void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

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

static void note_result(int result, int error)
{
    note("%d %d ", result, result == -1 ? error : 0);
}

static void note_exit(void)
{
    note("%u %u ", vcpu.run->exit_reason,
         vcpu.run->exit_reason == KVM_EXIT_IO ? vcpu.run->io.port : 0);
}

static void ready(void)
{
    probe_ready("%s", text);
    text_length = 0;
    *text = '\0';
}

static uint64_t now(void)
{
    struct timespec time;

    need(clock_gettime(CLOCK_MONOTONIC, &time) == 0, "clock_gettime");
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* --- What stands around the calls ------------------------------------------------- */

/* A VM with memory, all of it mapped where it is, without a vCPU. */
static void machine(const uint64_t *value, const char *item)
{
    (void)value, (void)item;
    need(vm_open(&vm, "/dev/kvm") == 0, "vm_open");
    need(vm_create(&vm) == 0, "vm_create");
    need(vm_add_memory(&vm, 0, MEMORY) == 0, "vm_add_memory");
    need(longmode_tables(&vm, &tables, TABLES, TABLES_SIZE) == 0, "longmode_tables");
    need(longmode_map(&vm, &tables, 0, 0, MEMORY, LONGMODE_WRITE) == 0, "longmode_map");
}

/* A vCPU in long mode at CODE. */
static void processor(const uint64_t *value, const char *item)
{
    const uint64_t descriptors[] = {0, protected_pack(&LONGMODE_CODE),
                                    protected_pack(&PROTECTED_DATA)};
    struct longmode_start start = {
        .code = 8, .data = 16, .root = TABLES, .entry = CODE, .stack = STACK};

    (void)value, (void)item;
    need(protected_gdt(&vm, GDT, descriptors, 3, &start.gdt) == 0, "protected_gdt");
    need(vcpu_create(&vcpu, &vm, 0) == 0, "vcpu_create");
    need(longmode_enter(&vm, &vcpu, &start) == 0, "longmode_enter");
}

static void map(const uint64_t *value, const char *item)
{
    (void)item;
    need(longmode_map(&vm, &tables, value[0], value[1], value[2], value[3]) == 0, "map");
}

static void poke(const uint64_t *value, const char *item)
{
    uint64_t *to = vm_at(&vm, value[0], sizeof *to);

    (void)item;
    need(to != NULL, "poke");
    memcpy(to, &value[1], sizeof *to);
}

static void code(const uint64_t *value, const char *item)
{
    const char *hex = strrchr(item, ':') + 1;
    uint8_t *to = vm_at(&vm, value[0], strlen(hex) / 2);

    need(to != NULL, "code");
    while (sscanf(hex, "%2hhx", to) == 1) {
        hex += 2;
        to++;
    }
}

static void fill(const uint64_t *value, const char *item)
{
    void *to = vm_at(&vm, value[0], value[1]);

    (void)item;
    need(to != NULL, "fill");
    memset(to, UNTOUCHED, value[1]);
}

/* gate:VECTOR:HANDLER[:SELECTOR:STACK:PRIVILEGE:TRAP] */
static void gate(const uint64_t *value, const char *item)
{
    bool all = strchr(strchr(strchr(item, ':') + 1, ':') + 1, ':') != NULL;

    need(value[0] < 256, "gate");
    gates[value[0]] = (struct interrupts_gate){
        .handler = value[1],
        .selector = all ? (uint16_t)value[2] : 8,
        .stack = (uint8_t)value[3],
        .privilege = (uint8_t)value[4],
        .trap = value[5] != 0,
    };
}

static void registers(const uint64_t *value, const char *item)
{
    struct kvm_regs regs;

    (void)item;
    need(ioctl(vcpu.fd, KVM_GET_REGS, &regs) == 0, "KVM_GET_REGS");
    regs.rsp = value[0];
    need(ioctl(vcpu.fd, KVM_SET_REGS, &regs) == 0, "KVM_SET_REGS");
}

static void on_alarm(int signal)
{
    (void)signal;
    vcpu_stop(&vcpu);
}

/* alarm:MILLISECONDS: stops the vCPU then, and again every 500 ms. */
static void alarm_in(const uint64_t *value, const char *item)
{
    struct sigaction action = {.sa_handler = on_alarm};
    struct itimerval timer = {
        .it_value = {.tv_sec = (time_t)(value[0] / 1000),
                     .tv_usec = (suseconds_t)(value[0] % 1000 * 1000)},
        .it_interval = {.tv_usec = 500000},
    };

    (void)item;
    need(sigaction(SIGALRM, &action, NULL) == 0, "sigaction");
    need(setitimer(ITIMER_REAL, &timer, NULL) == 0, "setitimer");
}

static void wait_for(const uint64_t *value, const char *item)
{
    struct timespec time = {.tv_sec = (time_t)(value[0] / 1000),
                            .tv_nsec = (long)(value[0] % 1000 * 1000000)};

    (void)item;
    need(nanosleep(&time, NULL) == 0, "nanosleep");
}

/* clock:VECTOR:PERIOD: the next tick is a period away. */
static void clock_from_now(const uint64_t *value, const char *item)
{
    (void)item;
    watch = (struct interrupts_clock){
        .vector = (uint8_t)value[0], .period = value[1], .next = now() + value[1]};
}

/* clock-at:VECTOR:PERIOD:NEXT:PENDING:DELIVERED */
static void clock_at(const uint64_t *value, const char *item)
{
    (void)item;
    watch = (struct interrupts_clock){.vector = (uint8_t)value[0],
                                      .period = value[1],
                                      .next = value[2],
                                      .pending = value[3] != 0,
                                      .delivered = value[4]};
}

static void note_clock(const uint64_t *value, const char *item)
{
    (void)value, (void)item;
    note("%u %llu %llu %d %llu ", watch.vector, (unsigned long long)watch.period,
         (unsigned long long)watch.next, watch.pending,
         (unsigned long long)watch.delivered);
}

static void run(const uint64_t *value, const char *item)
{
    int result = vcpu_run(&vcpu);

    (void)value, (void)item;
    note_result(result, errno);
    note_exit();
}

/* until:REASON:MOST: runs until that exit, MOST times at most; notes how often. */
static void until(const uint64_t *value, const char *item)
{
    uint64_t count = 0;

    (void)item;
    while (count < value[1]) {
        need(vcpu_run(&vcpu) == 0, "vcpu_run");
        count++;
        if (vcpu.run->exit_reason == value[0])
            break;
    }
    note("%llu ", (unsigned long long)count);
    note_exit();
}

/* --- The calls -------------------------------------------------------------------- */

/* pack:VECTOR:ADDRESS: the gate, into guest memory. */
static void pack(const uint64_t *value, const char *item)
{
    uint64_t *to = vm_at(&vm, value[1], 16);

    (void)item;
    need(to != NULL && value[0] < 256, "pack");
    interrupts_pack(&gates[value[0]], to);
}

static void idt(const uint64_t *value, const char *item)
{
    (void)item;
    int result = interrupts_idt(&vm, &vcpu, value[0], gates, (unsigned)value[1]);
    note_result(result, errno);
}

/* table: all 256 gates at IDT, for checks of something else. */
static void table(const uint64_t *value, const char *item)
{
    (void)value, (void)item;
    need(interrupts_idt(&vm, &vcpu, IDT, gates, 256) == 0, "interrupts_idt");
}

static void frame(const uint64_t *value, const char *item)
{
    struct interrupts_frame seen;

    (void)item;
    memset(&seen, UNTOUCHED, sizeof seen);
    int result = interrupts_frame(&vm, &vcpu, (uint8_t)value[0], &seen);
    note_result(result, errno);
    note("%llu %llu %llu %llu %llu %llu ", (unsigned long long)seen.error_code,
         (unsigned long long)seen.rip, (unsigned long long)seen.cs,
         (unsigned long long)seen.rflags, (unsigned long long)seen.rsp,
         (unsigned long long)seen.ss);
}

static void inject(const uint64_t *value, const char *item)
{
    (void)item;
    int result = interrupts_inject(&vcpu, (uint8_t)value[0]);
    note_result(result, errno);
}

static void tick(const uint64_t *value, const char *item)
{
    interrupts_tick(&watch, value[0]);
    note_clock(value, item);
}

static void cycle(const uint64_t *value, const char *item)
{
    (void)value, (void)item;
    int result = interrupts_run(&vcpu, &watch);
    note_result(result, errno);
    note_exit();
}

static void chips(const uint64_t *value, const char *item)
{
    (void)value, (void)item;
    int result = interrupts_chips(&vm);
    note_result(result, errno);
}

static void line(const uint64_t *value, const char *item)
{
    (void)item;
    int result = interrupts_line(&vm, (unsigned)value[0], value[1] != 0);
    note_result(result, errno);
}

static void show(const uint64_t *value, const char *item)
{
    (void)value, (void)item;
    ready();
}

static const struct {
    const char *name;
    void (*act)(const uint64_t *value, const char *item);
} acts[] = {
    {"machine", machine},
    {"vcpu", processor},
    {"map", map},
    {"poke", poke},
    {"code", code},
    {"fill", fill},
    {"gate", gate},
    {"rsp", registers},
    {"alarm", alarm_in},
    {"sleep", wait_for},
    {"clock", clock_from_now},
    {"clock-at", clock_at},
    {"run", run},
    {"until", until},
    {"pack", pack},
    {"idt", idt},
    {"table", table},
    {"frame", frame},
    {"inject", inject},
    {"tick", tick},
    {"cycle", cycle},
    {"chips", chips},
    {"line", line},
    {"ticks", note_clock},
    {"ready", show},
};

static int script(int argc, char **argv)
{
    (void)argc;
    for (char **item = argv + 1; *item; item++) {
        uint64_t value[VALUES] = {0};
        size_t length = strcspn(*item, ":"), i = 0;
        const char *at = *item + length;
        for (unsigned v = 0; v < VALUES && at != NULL && *at == ':'; v++) {
            value[v] = strtoull(at + 1, NULL, 0);
            at = strchr(at + 1, ':');
        }
        while (i < sizeof acts / sizeof *acts &&
               (strncmp(acts[i].name, *item, length) != 0 || acts[i].name[length]))
            i++;
        need(i < sizeof acts / sizeof *acts, *item);
        acts[i].act(value, *item);
    }
    ready();
    return 0;
}

const struct probe_word probe_words[] = {{"do", script}, {NULL, NULL}};
