/* debugger.c - the debugger of a session: its symbols, and instructions in words. See
 * debugger.h. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../h02-real-mode/code.h"
#include "debugger.h"

extern char **environ;

/* --- Symbols ------------------------------------------------------------------------ */

/* Keeps the lines of nm's output that name a place in the program: no constants (a), and
 * none of the names that the linker adds. Returns the length that is left. */
static size_t keep_places(char *text)
{
    char *to = text, *rest = text, name[64], kind;

    for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
        if (sscanf(line, "%*x %c %63s", &kind, name) != 2 || !strchr("tTdDbBrR", kind) ||
            strcmp(name, "__bss_start") == 0 || strcmp(name, "_edata") == 0 ||
            strcmp(name, "_end") == 0)
            continue;
        size_t length = strlen(line);
        memmove(to, line, length);
        to += length;
        *to++ = '\n'; /* where the blank was that strsep has taken, or before */
    }
    return (size_t)(to - text);
}

/* What `nm -n FILE` prints, as a string that the caller frees; NULL when there is none:
 * then there are no symbols, which is no error. */
static char *names_of(const char *file)
{
    char *const argv[] = {"nm", "-n", (char *)file, NULL}; /* nm does not write to it */
    posix_spawn_file_actions_t actions;
    char *text = NULL;
    size_t size = 0;
    int ends[2], status;
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC) == -1)
        return NULL;
    if (posix_spawn_file_actions_init(&actions) != 0) {
        (void)close(ends[0]), (void)close(ends[1]); /* nothing was written */
        return NULL;
    }
    bool started =
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO) == 0 &&
        posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ) == 0;
    (void)posix_spawn_file_actions_destroy(&actions); /* it has none to undo */
    (void)close(ends[1]);                             /* the child has its own */
    FILE *in = fdopen(ends[0], "r");
    if (in != NULL) {
        if (getdelim(&text, &size, '\0', in) == -1) {
            free(text);
            text = NULL;
        }
        (void)fclose(in); /* it was only read */
    } else {
        (void)close(ends[0]); /* nothing was read */
    }
    while (started && waitpid(pid, &status, 0) == -1 && errno == EINTR)
        ;
    return text;
}

/* The ELF file beside the program NAME, which is a path, or one of our guests. */
static bool elf_beside(struct tutor *tutor, const char *name, uint32_t linked,
                       char path[PATH_MAX])
{
    size_t length = strlen(name);

    if (length > 4 && strcmp(name + length - 4, ".bin") == 0)
        length -= 4;
    snprintf(path, PATH_MAX, "%.*s.elf", (int)length, name);
    if (access(path, R_OK) == 0)
        return true;
    snprintf(path, PATH_MAX, "build/guests/%s/%s.elf", linked ? "protected" : "real",
             name);
    const char *ours = strchr(name, '/') ? NULL : tutor_path(tutor, path);
    if (ours == NULL || access(ours, R_OK) == -1)
        return false;
    snprintf(path, PATH_MAX, "%s", ours);
    return true;
}

static int read_symbols(struct tutor *tutor, struct debugger *debugger)
{
    char path[PATH_MAX];

    monitor_symbols_free(&debugger->symbols);
    debugger->start = realmode_address(debugger->bench->segment, debugger->bench->offset);
    debugger->symbols_base = debugger->start - debugger->bench->linked;
    char *text =
        elf_beside(tutor, debugger->bench->program, debugger->bench->linked, path)
            ? names_of(path)
            : NULL;
    if (text == NULL)
        return 0;
    int result = monitor_symbols_read(&debugger->symbols, text, keep_places(text));
    free(text);
    return result == 0 ? 0 : tutor_error(tutor, "symbols: %s", strerror(errno));
}

const char *debug_symbol(const struct debugger *debugger, uint64_t address,
                         uint64_t *offset)
{
    uint64_t inside = address - debugger->symbols_base;

    if (address < debugger->start || address - debugger->start >= debugger->size)
        return NULL;
    const struct monitor_symbol *symbol = monitor_symbol_at(&debugger->symbols, inside);
    if (symbol == NULL)
        return NULL;
    *offset = inside - symbol->address;
    return symbol->name;
}

int debug_address(struct tutor *tutor, const struct debugger *debugger, const char *text,
                  uint64_t *address)
{
    char name[64];
    uint64_t more = 0;
    int length = (int)strcspn(text, "+");

    if (machine_address(text, address))
        return 0;
    snprintf(name, sizeof name, "%.*s", length, text);
    const struct monitor_symbol *symbol = monitor_symbol_named(&debugger->symbols, name);
    if (symbol == NULL ||
        (text[length] == '+' && !machine_number(text + length + 1, &more))) {
        tutor_error(tutor,
                    "%s: must be a symbol of the program (next, next+3), or an address: "
                    "0x1000, 0100:0000",
                    text);
        return MACHINE_USAGE;
    }
    *address = debugger->symbols_base + symbol->address + more;
    return 0;
}

/* --- The debugger ------------------------------------------------------------------- */

int debug_break_at(const struct debugger *debugger, uint64_t address)
{
    for (unsigned i = 0; i < debugger->breaks.count; i++)
        if (debugger->breaks.at[i].address == address)
            return (int)i;
    return -1;
}

unsigned debug_bits(const struct debugger *debugger)
{
    struct kvm_sregs sregs = {0};

    /* A vCPU that exists always has them. */
    (void)ioctl(debugger->bench->machine->vcpu.fd, KVM_GET_SREGS, &sregs);
    return !(sregs.cr0 & 1) || !sregs.cs.db ? 16 : 32;
}

/* KVM walks the tables of a guest that has paging on; without it the two addresses are the
 * same. (KVM api, 4.84 KVM_TRANSLATE.) */
uint8_t *debug_byte(const struct debugger *debugger, uint64_t address)
{
    const struct machine *machine = debugger->bench->machine;
    struct kvm_translation translation = {.linear_address = address};

    if (ioctl(machine->vcpu.fd, KVM_TRANSLATE, &translation) == -1 || !translation.valid)
        return NULL;
    return vm_at(&machine->vm, translation.physical_address, 1);
}

static uint8_t *byte_at(const struct debugger *debugger, uint64_t address)
{
    return vm_at(&debugger->bench->machine->vm, address, 1);
}

/* Somebody has loaded a program. Breakpoints that it has covered are planted again in the
 * same program, and forgotten in another one; what it has not covered stays. */
static int learn_program(struct tutor *tutor, struct debugger *debugger)
{
    const struct bench *bench = debugger->bench;
    bool same = strcmp(debugger->program, bench->program) == 0 &&
                debugger->size == bench->size && strcmp(bench->program, "assembled") != 0;
    uint64_t start = realmode_address(bench->segment, bench->offset);
    struct monitor_breaks before = debugger->breaks;

    debugger->breaks.count = 0;
    for (unsigned i = 0; i < before.count; i++) {
        uint64_t address = before.at[i].address;
        bool covered = address >= start && address < start + bench->size;
        if (!covered)
            debugger->breaks.at[debugger->breaks.count++] = before.at[i];
        else if (same && monitor_plant(&debugger->breaks, address) == -1)
            return tutor_error(tutor, "monitor_plant: %s", strerror(errno));
    }
    if (!same)
        debugger->watch_count = 0;
    snprintf(debugger->program, sizeof debugger->program, "%s", bench->program);
    debugger->size = bench->size;
    debugger->loads = bench->loads;
    return read_symbols(tutor, debugger);
}

/* A breakpoint whose byte is another one now (poke, destroy, a guest that writes to its
 * program) is none any more. */
static void forget_overwritten(struct debugger *debugger)
{
    struct monitor_breaks *breaks = &debugger->breaks;

    for (unsigned i = breaks->count; i > 0; i--) {
        const uint8_t *byte = byte_at(debugger, breaks->at[i - 1].address);
        if (byte == NULL || *byte != MONITOR_PLANTED)
            breaks->at[i - 1] = breaks->at[--breaks->count];
    }
}

static uint64_t device_read(void *context, uint64_t offset, unsigned size)
{
    const struct debugger *debugger = context;
    uint8_t both[sizeof debugger->lamps + sizeof debugger->switches];
    uint64_t value = 0;

    memcpy(both, debugger->lamps, sizeof debugger->lamps);
    memcpy(both + sizeof debugger->lamps, debugger->switches, sizeof debugger->switches);
    if (offset <= sizeof both && size <= sizeof both - offset && size <= sizeof value)
        memcpy(&value, both + offset, size);
    return value;
}

/* The switches are not the guest's to set. */
static void device_write(void *context, uint64_t offset, unsigned size, uint64_t value)
{
    struct debugger *debugger = context;

    for (unsigned i = 0; i < size && offset + i < sizeof debugger->lamps; i++)
        debugger->lamps[offset + i] = (uint8_t)(value >> (8 * i));
}

static void destroy(void *state)
{
    struct debugger *debugger = state;
    monitor_symbols_free(&debugger->symbols);
}

struct debugger *debugger_of(struct tutor *tutor)
{
    struct bench *bench = bench_of(tutor);
    struct debugger *debugger =
        tutor_state(tutor, "h03-debugger", sizeof *debugger, destroy);

    if (bench == NULL)
        return NULL;
    if (debugger == NULL) {
        tutor_error(tutor, "the debugger: %s", strerror(errno));
        return NULL;
    }
    if (!debugger->known) {
        debugger->bench = bench;
        debugger->breaks.vm = &bench->machine->vm;
        debugger->device = (struct mmio_device){DEBUG_DEVICE,
                                                DEBUG_DEVICE + sizeof debugger->lamps +
                                                    sizeof debugger->switches - 1,
                                                device_read, device_write, debugger};
        /* When nothing works it is as if nothing were hit: everything is stepped. */
        int can = monitor_probe("/dev/kvm");
        debugger->can = can == -1 ? 0 : can;
        debugger->known = true;
    }
    if (debugger->loads != bench->loads && learn_program(tutor, debugger))
        return NULL;
    forget_overwritten(debugger);
    return debugger;
}

/* --- In words ----------------------------------------------------------------------- */

void debug_place(const struct debugger *debugger, uint64_t address,
                 char text[DEBUG_PLACE])
{
    struct kvm_sregs sregs = {0};
    uint64_t offset;
    const char *name = debug_symbol(debugger, address, &offset);
    int length;

    /* Without cs it is shown as seen from address 0. */
    (void)ioctl(debugger->bench->machine->vcpu.fd, KVM_GET_SREGS, &sregs);
    bool real = !(sregs.cr0 & 1);
    if (real && address >= sregs.cs.base && address - sregs.cs.base <= UINT16_MAX)
        length = snprintf(text, DEBUG_PLACE, "%04x:%04x", sregs.cs.selector,
                          (unsigned)(address - sregs.cs.base));
    else
        length = snprintf(text, DEBUG_PLACE, "0x%llx", (unsigned long long)address);
    if (name != NULL && offset == 0)
        snprintf(text + length, DEBUG_PLACE - (size_t)length, " %s", name);
    else if (name != NULL)
        snprintf(text + length, DEBUG_PLACE - (size_t)length, " %s+%llu", name,
                 (unsigned long long)offset);
}

/* Prints the label that a jump or a call goes to. Returns how many columns that took. */
static int print_target(const struct debugger *debugger, const char *text, uint64_t base)
{
    const char *operand = strchr(text, ' ');
    uint64_t target, offset;

    if ((*text != 'j' && strncmp(text, "call ", 5) != 0 &&
         strncmp(text, "loop", 4) != 0) ||
        operand == NULL || !machine_number(operand + 1, &target))
        return 0;
    const char *name = debug_symbol(debugger, base + target, &offset);
    if (name == NULL)
        return 0;
    return offset == 0 ? printf("  ; %s", name)
                       : printf("  ; %s+%llu", name, (unsigned long long)offset);
}

/* Prints the instruction at ADDRESS, which its own code calls PLACE, OFFSET bytes behind the
 * base of its segment. */
static size_t print_instruction(struct tutor *tutor, const struct debugger *debugger,
                                uint64_t address, uint64_t offset, const char *place,
                                int *columns)
{
    uint8_t bytes[CODE_LONGEST];
    char text[CODE_TEXT], hex[3 * CODE_LONGEST + 1], *end = hex;
    unsigned bits = debug_bits(debugger);
    uint64_t behind;
    size_t length = 0;

    for (; length < sizeof bytes; length++) {
        const uint8_t *byte = debug_byte(debugger, address + length);
        int planted = debug_break_at(debugger, address + length);
        if (byte == NULL)
            break;
        bytes[length] = planted == -1 ? *byte : debugger->breaks.at[planted].original;
    }
    if (length == 0) {
        tutor_error(tutor, "%s: there is no guest memory", place);
        return 0;
    }
    const char *label = debug_symbol(debugger, address, &behind);
    if (label != NULL && behind == 0)
        printf("%s:\n", label);
    size_t size = code_disassemble(bits, bytes, length, offset, text);
    for (size_t i = 0; i < size; i++)
        end += sprintf(end, "%02x ", bytes[i]);
    *columns =
        printf("%s%c %-*s %s", place, debug_break_at(debugger, address) == -1 ? ' ' : '*',
               bits == 16 ? 18 : 21, hex, text);
    *columns += print_target(debugger, text, address - offset);
    return size;
}

size_t debug_instruction(struct tutor *tutor, const struct debugger *debugger,
                         uint16_t segment, uint16_t offset, int *columns)
{
    char place[16];

    snprintf(place, sizeof place, "%04x:%04x", segment, offset);
    return print_instruction(tutor, debugger, realmode_address(segment, 0) + offset,
                             offset, place, columns);
}

size_t debug_instruction32(struct tutor *tutor, const struct debugger *debugger,
                           uint32_t address, int *columns)
{
    char place[16];

    snprintf(place, sizeof place, "%08x", address);
    return print_instruction(tutor, debugger, address, address, place, columns);
}
