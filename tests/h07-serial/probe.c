/* probe.c - the player of lesson h07-serial: does what a script says, step by step.
 *
 * The script is the arguments. "out:1:0x0f" and "in:1" are done by a guest: a small
 * program in real mode, which takes one access after the other out of its memory, and
 * keeps what it has read there. "come:68656c" is the far end of the line. After each of
 * these IRQ 4 gets the level that the chip has. What the chip sends goes to stdout. See
 * the table at the end, and tests/grader/probe.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>
#include "interrupts.h"
#include "probe.h"
#include "realmode.h"
#include "serial.h"

enum {
    MEMORY = 1 << 20,
    CODE = REALMODE_SEGMENT << 4,
    TODO = CODE + 0x4000, /* accesses: what, register, value */
    DONE_PORT = 0xf1,     /* the guest says "next" */
    BYTES = 256,
};

static struct vm vm = {.kvm_fd = -1, .fd = -1};
static struct vcpu vcpu = {.fd = -1};
static struct serial chip;
static bool done;
static size_t todo;
static struct serial_terminal terminal;
static int terminal_fd = -1;

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

static void ready(const uint64_t *value, const char *item)
{
    (void)value, (void)item;
    probe_ready("%s", text);
    text_length = 0;
    *text = '\0';
}

/* The bytes that the last part of ITEM says. */
static size_t bytes_of(const char *item, uint8_t bytes[BYTES])
{
    const char *hex = strchr(item, ':');
    size_t length = 0;

    need(hex != NULL, item);
    for (hex++; length < BYTES && sscanf(hex, "%2hhx", &bytes[length]) == 1; hex += 2)
        length++;
    return length;
}

/* --- The chip in its machine ------------------------------------------------------ */

static void send_byte(void *context, uint8_t byte)
{
    (void)context;
    putchar(byte);
}

static void move_line(void)
{
    need(interrupts_line(&vm, SERIAL_IRQ, serial_interrupt(&chip)) == 0, "KVM_IRQ_LINE");
}

static uint32_t chip_in(void *context, uint16_t port, unsigned size)
{
    (void)context, (void)size;
    uint8_t value = serial_read(&chip, port - SERIAL_COM1);
    move_line();
    return value;
}

static void chip_out(void *context, uint16_t port, unsigned size, uint32_t value)
{
    (void)context, (void)size;
    serial_write(&chip, port - SERIAL_COM1, (uint8_t)value);
    move_line();
}

static void next_out(void *context, uint16_t port, unsigned size, uint32_t value)
{
    (void)context, (void)port, (void)size, (void)value;
    done = true;
}

static const struct port_device devices[] = {
    {SERIAL_COM1, SERIAL_COM1 + SERIAL_PORTS - 1, chip_in, chip_out, NULL},
    {DONE_PORT, DONE_PORT, NULL, next_out, NULL},
};
static struct realmode board = {
    .vm = &vm, .vcpu = &vcpu, .devices = devices, .device_count = 2};

/* Runs the guest until it says "next", or an alarm comes. */
static void run(const uint64_t *value, const char *item)
{
    (void)value, (void)item;
    for (done = false; !done;) {
        if (vcpu_run(&vcpu) == -1) {
            need(errno == EINTR, "KVM_RUN");
            note("stopped ");
            return;
        }
        need(realmode_answer(&board) == 1, "an exit that nobody answers");
    }
}

/* code:HEX: a guest of the judge's own; else the one that does accesses. */
static void machine(const uint64_t *value, const char *item)
{
    static const uint8_t accesses[] = {
        0xbe, 0x00, 0x40, /* mov si, 0x4000: what to do */
        0xbf, 0x00, 0x80, /* mov di, 0x8000: what was read */
        0xe6, 0xf1,       /* next: out 0xf1, al */
        0xad,             /* lodsw: what, and which register */
        0xba, 0xf8, 0x03, /* mov dx, 0x3f8 */
        0x00, 0xe2,       /* add dl, ah */
        0x84, 0xc0,       /* test al, al */
        0x74, 0x04,       /* jz read */
        0xac,             /* lodsb */
        0xee,             /* out dx, al */
        0xeb, 0xf0,       /* jmp next */
        0xec,             /* read: in al, dx */
        0xaa,             /* stosb */
        0xeb, 0xec,       /* jmp next */
    };
    uint8_t code[BYTES];
    size_t size = sizeof accesses;

    (void)value;
    memcpy(code, accesses, sizeof accesses);
    if (strchr(item, ':') != NULL)
        size = bytes_of(item, code);
    serial_reset(&chip, send_byte, NULL);
    need(vm_open(&vm, "/dev/kvm") == 0, "vm_open");
    need(vm_create(&vm) == 0, "vm_create");
    need(interrupts_chips(&vm) == 0, "interrupts_chips");
    need(vm_add_memory(&vm, 0, MEMORY) == 0, "vm_add_memory");
    need(realmode_load(&vm, REALMODE_SEGMENT, 0, code, size) == 0, "realmode_load");
    need(vcpu_create(&vcpu, &vm, 0) == 0, "vcpu_create");
    need(realmode_reset(&vcpu, REALMODE_SEGMENT, 0) == 0, "realmode_reset");
    run(NULL, NULL);
}

static void access_chip(bool write, uint64_t offset, uint64_t value)
{
    uint8_t *to = vm_at(&vm, TODO + todo, 3);

    need(to != NULL && offset < SERIAL_PORTS, "an access");
    to[0] = write;
    to[1] = (uint8_t)offset;
    to[2] = (uint8_t)value;
    todo += write ? 3 : 2;
    run(NULL, NULL);
}

static void out(const uint64_t *value, const char *item)
{
    (void)item;
    access_chip(true, value[0], value[1]);
}

static void in(const uint64_t *value, const char *item)
{
    (void)item;
    access_chip(false, value[0], 0);
}

/* come:HEX: notes how many bytes were taken. */
static void come(const uint64_t *value, const char *item)
{
    uint8_t bytes[BYTES];

    (void)value;
    size_t length = bytes_of(item, bytes);
    note("%zu ", serial_input(&chip, bytes, length));
    move_line();
}

static void modem(const uint64_t *value, const char *item)
{
    (void)item;
    serial_modem(&chip, (uint8_t)value[0]);
    move_line();
}

static void on_alarm(int signal)
{
    (void)signal;
    vcpu_stop(&vcpu);
}

static void alarm_in(const uint64_t *value, const char *item)
{
    struct sigaction action = {.sa_handler = on_alarm};
    struct itimerval timer = {
        .it_value = {(time_t)(value[0] / 1000), (suseconds_t)(value[0] % 1000 * 1000)}};

    (void)item;
    need(sigaction(SIGALRM, &action, NULL) == 0, "sigaction");
    need(setitimer(ITIMER_REAL, &timer, NULL) == 0, "setitimer");
}

/* --- A terminal ------------------------------------------------------------------- */

/* pty: notes the descriptor of a new terminal, for the judge to look at. */
static void pty(const uint64_t *value, const char *item)
{
    char path[64];
    int zero = 0, number = 0;

    (void)value, (void)item;
    need(mkdir("/tmp/pts", 0755) == 0, "mkdir");
    need(mount("devpts", "/tmp/pts", "devpts", MS_NOSUID | MS_NOEXEC,
               "newinstance,ptmxmode=0666,mode=0666") == 0,
         "mount devpts");
    int master = open("/tmp/pts/ptmx", O_RDWR | O_NOCTTY);
    need(master != -1, "ptmx");
    need(ioctl(master, TIOCSPTLCK, &zero) == 0 && ioctl(master, TIOCGPTN, &number) == 0,
         "a pty");
    snprintf(path, sizeof path, "/tmp/pts/%d", number);
    terminal_fd = open(path, O_RDWR | O_NOCTTY);
    need(terminal_fd != -1, path);
    note("%d ", terminal_fd);
}

static void a_pipe(const uint64_t *value, const char *item)
{
    int ends[2];

    (void)value, (void)item;
    need(pipe(ends) == 0, "pipe");
    terminal_fd = ends[0];
}

static void terminal_open(const uint64_t *value, const char *item)
{
    (void)value, (void)item;
    int result = serial_terminal_open(&terminal, terminal_fd);
    note("%d %d ", result, result == -1 ? errno : 0);
}

static void terminal_close(const uint64_t *value, const char *item)
{
    (void)value, (void)item;
    serial_terminal_close(&terminal);
}

/* raw:1: as after opening a terminal; raw:0: a pipe. */
static void raw(const uint64_t *value, const char *item)
{
    (void)item;
    terminal = (struct serial_terminal){.fd = -1, .raw = value[0] != 0};
}

/* keys:HEX: notes whether to leave, and what is left, in hexadecimal, behind an x. */
static void keys(const uint64_t *value, const char *item)
{
    uint8_t bytes[BYTES];
    bool leave = false;

    (void)value;
    size_t length = bytes_of(item, bytes);
    size_t kept = serial_terminal_keys(&terminal, bytes, length, &leave);
    note("%s x", leave ? "leave" : "stay");
    for (size_t i = 0; i < kept && i < BYTES; i++)
        note("%02x", bytes[i]);
    note(" ");
}

static const struct {
    const char *name;
    void (*act)(const uint64_t *value, const char *item);
} acts[] = {
    {"machine", machine},
    {"run", run},
    {"out", out},
    {"in", in},
    {"come", come},
    {"modem", modem},
    {"alarm", alarm_in},
    {"pty", pty},
    {"pipe", a_pipe},
    {"open", terminal_open},
    {"close", terminal_close},
    {"raw", raw},
    {"keys", keys},
    {"ready", ready},
};

static int script(int argc, char **argv)
{
    (void)argc;
    for (char **item = argv + 1; *item; item++) {
        uint64_t value[2] = {0};
        size_t length = strcspn(*item, ":"), i = 0;
        const char *at = *item + length;
        for (unsigned v = 0; v < 2 && at != NULL && *at == ':'; v++) {
            value[v] = strtoull(at + 1, NULL, 0);
            at = strchr(at + 1, ':');
        }
        while (i < sizeof acts / sizeof *acts &&
               (strncmp(acts[i].name, *item, length) != 0 || acts[i].name[length]))
            i++;
        need(i < sizeof acts / sizeof *acts, *item);
        acts[i].act(value, *item);
    }
    ready(NULL, NULL);
    return 0;
}

const struct probe_word probe_words[] = {{"do", script}, {NULL, NULL}};
