/* step.c - the words of lesson h02: a machine in real mode, held in the hand.
 *
 * A program comes into memory (asm, load), the processor is put in front of it (reset),
 * looked at and changed (regs, set, mem, disasm), and moved: one instruction (step) or
 * as far as it goes (run). The host's end of its ports is the bench (bench.h): type,
 * input, port.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "code.h"
#include "registers.h"
#include "words.h"

size_t word_instruction(struct tutor *tutor, const struct bench *bench, uint16_t segment,
                        uint16_t offset, int *columns)
{
    uint8_t bytes[CODE_LONGEST];
    char text[CODE_TEXT], hex[3 * CODE_LONGEST + 1], *end = hex;
    size_t length = 0;

    for (; length < sizeof bytes; length++) {
        const uint8_t *byte =
            vm_at(&bench->machine->vm, realmode_address(segment, offset) + length, 1);
        if (byte == NULL)
            break;
        bytes[length] = *byte;
    }
    if (length == 0) {
        tutor_error(tutor, "%04x:%04x: there is no guest memory", segment, offset);
        return 0;
    }
    size_t size = code_disassemble(16, bytes, length, offset, text);
    for (size_t i = 0; i < size; i++)
        end += sprintf(end, "%02x ", bytes[i]);
    *columns = printf("%04x:%04x  %-18s %s", segment, offset, hex, text);
    return size;
}

/* --- A program into memory ---------------------------------------------------------- */

/* Copies the program to where the bench's programs start, and resets the processor. */
static int place(struct tutor *tutor, struct bench *bench, const char *name,
                 const uint8_t *image, size_t size)
{
    struct registers registers;

    if (realmode_load(&bench->machine->vm, bench->segment, bench->offset, image, size) ==
        -1)
        return tutor_error(tutor, "%s: %zu bytes at %04x:%04x: %s", name, size,
                           bench->segment, bench->offset,
                           errno == EFBIG    ? "more than the segment has from there on"
                           : errno == EFAULT ? "there is not that much guest memory"
                                             : strerror(errno));
    snprintf(bench->program, sizeof bench->program, "%s", name);
    bench->linked = 0;
    bench->size = size;
    bench->loads++;
    if (bench_reset(tutor, bench) || registers_get(tutor, bench, &registers))
        return 1;
    registers_remember(&registers, bench->shown);
    printf("%s: %zu bytes at %04x:%04x (0x%x)\n", name, size, bench->segment,
           bench->offset, realmode_address(bench->segment, bench->offset));
    return 0;
}

static int assemble(struct tutor *tutor, int argc, char **argv)
{
    static uint8_t image[REALMODE_SPAN];
    struct bench *bench = bench_of(tutor);
    size_t size = sizeof image;

    if (bench == NULL)
        return 1;
    size_t length = strlen(argv[1]);
    bool is_file = argc == 2 && length > 2 && strcasecmp(argv[1] + length - 2, ".s") == 0;
    char *text = is_file ? NULL : word_join(tutor, argc, argv, 1, "");
    if (!is_file && text == NULL)
        return 1;
    int status = code_assemble(tutor, is_file ? argv[1] : NULL, text, image, &size);
    free(text);
    if (status == 0)
        status = place(tutor, bench, is_file ? argv[1] : "assembled", image, size);
    return status;
}

/* The file that NAME means: a path, or the name of one of our guests. */
static const char *guest_file(struct tutor *tutor, const char *name)
{
    char path[PATH_MAX];

    if (strchr(name, '/') != NULL || access(name, F_OK) == 0)
        return name;
    snprintf(path, sizeof path, "build/guests/real/%s.bin", name);
    const char *file = tutor_path(tutor, path);
    return file && access(file, F_OK) == 0 ? file : name;
}

int word_load_program(struct tutor *tutor, struct bench *bench, const char *name)
{
    static uint8_t image[REALMODE_SPAN + 1]; /* one more: to see that it is too long */
    FILE *file = fopen(guest_file(tutor, name), "r");

    if (file == NULL)
        return tutor_error(tutor,
                           "%s: %s: must be a flat binary, or one of the guests: "
                           "press Tab",
                           name, strerror(errno));
    errno = 0;
    size_t size = fread(image, 1, sizeof image, file);
    int error = ferror(file) ? errno : 0;
    (void)fclose(file); /* it was only read */
    if (error != 0)
        return tutor_error(tutor, "%s: %s", name, strerror(error));
    if (size == 0)
        return tutor_error(tutor, "%s: it is empty: a flat binary has an instruction",
                           name);
    return place(tutor, bench, name, image, size);
}

static int load(struct tutor *tutor, int argc, char **argv)
{
    struct bench *bench = bench_of(tutor);
    unsigned segment = REALMODE_SEGMENT, offset = 0;
    char rest;

    if (bench == NULL)
        return 1;
    if (argc > 2 && (sscanf(argv[2], "%4x:%4x%c", &segment, &offset, &rest) != 2)) {
        tutor_error(tutor, "%s: must be SEGMENT:OFFSET in hexadecimal: 0100:0000",
                    argv[2]);
        return MACHINE_USAGE;
    }
    bench->segment = (uint16_t)segment;
    bench->offset = (uint16_t)offset;
    return word_load_program(tutor, bench, argv[1]);
}

static int reset(struct tutor *tutor, int argc, char **argv)
{
    struct bench *bench = bench_of(tutor);
    struct registers registers;

    (void)argc;
    (void)argv;
    if (bench == NULL || bench_reset(tutor, bench) ||
        registers_get(tutor, bench, &registers))
        return 1;
    registers_remember(&registers, bench->shown);
    printf("at %04x:%04x; guest memory is as it was\n", bench->segment, bench->offset);
    return 0;
}

/* --- Looking, and changing ---------------------------------------------------------- */

static int regs(struct tutor *tutor, int argc, char **argv)
{
    struct bench *bench = bench_of(tutor);
    struct registers registers;

    (void)argc;
    (void)argv;
    if (bench == NULL || registers_get(tutor, bench, &registers))
        return 1;
    registers_print(tutor, &registers, bench->shown);
    registers_remember(&registers, bench->shown);
    return 0;
}

static int set(struct tutor *tutor, int argc, char **argv)
{
    struct bench *bench = bench_of(tutor);
    struct registers registers;
    uint64_t value;

    (void)argc;
    if (bench == NULL || registers_get(tutor, bench, &registers))
        return 1;
    if (!machine_number(argv[2], &value) || value > UINT16_MAX) {
        tutor_error(tutor, "%s: must be a number of 16 bits: 5, 0x1234", argv[2]);
        return MACHINE_USAGE;
    }
    if (!registers_assign(&registers, argv[1], (uint16_t)value)) {
        tutor_error(tutor,
                    "%s: no such register: ax bx cx dx si di bp sp, cs ds es ss fs gs, "
                    "ip, flags",
                    argv[1]);
        return MACHINE_USAGE;
    }
    return registers_set(tutor, bench, &registers);
}

static int mem(struct tutor *tutor, int argc, char **argv)
{
    return bench_of(tutor) == NULL ? 1 : machine_mem(tutor, argc, argv);
}

static int disasm(struct tutor *tutor, int argc, char **argv)
{
    struct bench *bench = bench_of(tutor);
    struct registers registers;
    uint64_t count = 8;
    unsigned segment, offset;
    char rest;
    int columns;

    if (bench == NULL || registers_get(tutor, bench, &registers))
        return 1;
    segment = registers.special.cs.selector;
    offset = (uint16_t)registers.general.rip;
    if (argc > 1 && sscanf(argv[1], "%4x:%4x%c", &segment, &offset, &rest) != 2) {
        uint64_t address;
        if (!machine_number(argv[1], &address) || address > 0xfffff) {
            tutor_error(tutor, "%s: must be an address up to 0xfffff, or SEGMENT:OFFSET",
                        argv[1]);
            return MACHINE_USAGE;
        }
        segment = (unsigned)(address >> 4) & 0xf000;
        offset = (unsigned)address & 0xffff;
    }
    if (argc > 2 && (!machine_number(argv[2], &count) || count == 0 || count > 4096)) {
        tutor_error(tutor, "%s: must be a number of instructions, up to 4096", argv[2]);
        return MACHINE_USAGE;
    }
    for (; count > 0; count--) {
        size_t size =
            word_instruction(tutor, bench, (uint16_t)segment, (uint16_t)offset, &columns);
        if (size == 0)
            return 1;
        putchar('\n');
        offset += (unsigned)size;
    }
    return 0;
}

/* --- The table ---------------------------------------------------------------------- */

/* The names of our guests, for Tab. */
static const char *const *guest_names(struct tutor *tutor)
{
    return tutor_files(tutor, "build/guests/real", ".bin");
}

static const struct tutor_command commands[] = {
    {.name = "asm",
     .arguments = "FILE.S|INSTRUCTION[; INSTRUCTION…]",
     .help = "assemble a program into guest memory, and reset the processor to it",
     .details =
         "Instructions are in Intel's syntax, between quotes: asm \"mov ax, 5; hlt\".\n"
         "A file says itself which syntax it uses (.intel_syntax noprefix) and that it\n"
         "is 16-bit code (.code16): see mini-hypervisor/guests/real. It goes where\n"
         "the last program was loaded, at first 0100:0000.",
     .least = 1,
     .most = -1,
     .completion = TUTOR_COMPLETE_FILES,
     .run = assemble},
    {.name = "load",
     .arguments = "FILE [SEGMENT:OFFSET]",
     .help = "load a flat binary, or one of the guests, and reset the processor to it",
     .details =
         "The guests are mini-hypervisor/guests/real/NAME.S. Programs go to 0100:0000\n"
         "unless you say otherwise.",
     .least = 1,
     .most = 2,
     .completion = TUTOR_COMPLETE_WORDS,
     .words = guest_names,
     .run = load},
    {.name = "reset",
     .arguments = "",
     .help = "put the processor at the start of the program; memory stays",
     .run = reset},
    {.name = "regs",
     .arguments = "",
     .help = "the registers; * marks what has changed since they were last shown",
     .run = regs},
    {.name = "set",
     .arguments = "REGISTER VALUE",
     .help = "change a register: set ax 5",
     .details = "VALUE is decimal, or hexadecimal with 0x: set cs 0x2000. A segment\n"
                "register gets its base with it: VALUE * 16.",
     .least = 2,
     .most = 2,
     .completion = TUTOR_COMPLETE_WORDS,
     .words = registers_names,
     .run = set},
    {.name = "mem",
     .arguments = "ADDRESS [LENGTH]",
     .help = "show guest memory",
     .details = "ADDRESS is a number, or SEGMENT:OFFSET in hexadecimal.",
     .least = 1,
     .most = 2,
     .run = mem},
    {.name = "disasm",
     .arguments = "[ADDRESS [N]]",
     .help = "N instructions (8) in words, from ADDRESS, or where the processor stands",
     .most = 2,
     .run = disasm},
    {.name = "step",
     .arguments = "[N]",
     .help = "execute one instruction, or N, and show what each of them changes",
     .most = 1,
     .run = word_step},
    {.name = "run",
     .arguments = "[FILE] [SECONDS]",
     .help = "let the guest run until it halts, or until Ctrl-C",
     .details =
         "With FILE, load it first. With SECONDS an alarm stops it after that time.",
     .most = 2,
     .completion = TUTOR_COMPLETE_WORDS,
     .words = guest_names,
     .run = word_run},
    {.name = "exits",
     .arguments = "",
     .help = "how many exits there were since the last reset, by kind",
     .run = word_exits},
    {.name = "type",
     .arguments = "TEXT…",
     .help = "a line of text that the guest can read from its serial port",
     .least = 1,
     .most = -1,
     .run = word_type},
    {.name = "input",
     .arguments = "[BYTE…]",
     .help = "the same in bytes (in hexadecimal); alone: what still waits",
     .most = -1,
     .run = word_input},
    {.name = "port",
     .arguments = "[PORT VALUE]",
     .help =
         "what the guest reads from a port of the panel, 0x10 to 0x1f; alone: show it",
     .most = 2,
     .run = word_port},
    {0},
};

TUTOR_LESSON(h02) = {.id = "h02-real-mode", .commands = commands};
