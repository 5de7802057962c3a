/* step.c - the words of lesson h04: a 32-bit guest, its segments, its pages, its faults.
 *
 * `enter` does what a boot loader does, from outside: the program into memory, a GDT,
 * protected mode. Then gdt, segments, segment and select look at the table and change it;
 * map, pages, translate and paging do so for addresses. run, step, regs, set and disasm
 * know how many bits the code of the processor has.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "guest32.h"

/* --- enter, load, reset ------------------------------------------------------------- */

/* The file that NAME means: a path, or the name of one of our guests. */
static const char *guest_file(struct tutor *tutor, const char *name)
{
    static char path[PATH_MAX];

    snprintf(path, sizeof path, "build/guests/protected/%s.bin", name);
    if (strchr(name, '/') != NULL)
        return name;
    if (access(path, R_OK) == 0)
        return path;
    const char *file = tutor_path(tutor, path);
    return file && access(file, R_OK) == 0 ? file : name;
}

/* Reads the program to where 32-bit guests are linked for. Returns its size, or 0 when that
 * failed and has been said. */
static size_t place(struct tutor *tutor, struct guest32 *guest, const char *name)
{
    size_t room = GUEST32_SCRATCH - PROTECTED_PROGRAM;
    uint8_t *to = vm_at(&guest->bench->machine->vm, PROTECTED_PROGRAM, room);
    FILE *file = fopen(guest_file(tutor, name), "r");

    if (file == NULL || to == NULL) {
        tutor_error(tutor,
                    "%s: %s: must be a flat binary for address 0x1000, or one of "
                    "the guests: press Tab",
                    name, strerror(errno));
        if (file != NULL)
            (void)fclose(file); /* nothing was read */
        return 0;
    }
    memset(to, 0, room);
    size_t size = fread(to, 1, room, file);
    bool bad = ferror(file) || (size == room && fgetc(file) != EOF);
    (void)fclose(file); /* it was only read */
    if (bad || size == 0) {
        tutor_error(tutor, "%s: %s", name,
                    size == 0 ? "it is empty, or cannot be read"
                              : "it must be below 28 KiB");
        return 0;
    }
    return size;
}

static int enter(struct tutor *tutor, int argc, char **argv)
{
    struct guest32 *guest = guest32_of(tutor);
    uint64_t eax = 0;

    if (guest == NULL)
        return 1;
    if (argc > 2 && (!machine_number(argv[2], &eax) || eax > UINT32_MAX)) {
        tutor_error(tutor, "%s: must be a number of 32 bits, for eax", argv[2]);
        return MACHINE_USAGE;
    }
    if (guest32_memory(tutor, &guest->bench->machine->vm, GUEST32_MEMORY))
        return 1;
    size_t size = place(tutor, guest, argv[1]);
    if (size == 0)
        return 1;
    struct bench *bench = guest->bench;
    snprintf(bench->program, sizeof bench->program, "%s", argv[1]);
    bench->segment = PROTECTED_PROGRAM >> 4;
    bench->offset = 0;
    bench->size = size;
    bench->linked = PROTECTED_PROGRAM;
    bench->loads++;
    guest->entered = bench->loads;
    guest->eax = (uint32_t)eax;
    if (guest32_start(tutor, guest))
        return 1;
    printf("%s: %zu bytes; in protected mode at 0x%x\n", argv[1], size,
           PROTECTED_PROGRAM);
    return 0;
}

/* A guest of this lesson that starts in real mode is linked for 0000:1000. */
int guest32_load(struct tutor *tutor, int argc, char **argv)
{
    struct guest32 *guest = guest32_of(tutor);
    const char *file = guest_file(tutor, argv[1]);

    if (guest == NULL)
        return 1;
    if (file == argv[1] || argc > 2)
        return guest32_earlier(tutor, "h04", "", argc, argv);
    if (guest32_memory(tutor, &guest->bench->machine->vm, GUEST32_MEMORY))
        return 1;
    char *words[] = {argv[0], (char *)file, (char *)"0000:1000", NULL}; /* only read */
    int status = guest32_earlier(tutor, "h04", "", 3, words);
    if (status != 0)
        return status;
    snprintf(guest->bench->program, sizeof guest->bench->program, "%s", argv[1]);
    guest->bench->linked = PROTECTED_PROGRAM;
    guest->tables.directory = 0;
    return 0;
}

static int reset(struct tutor *tutor, int argc, char **argv)
{
    struct guest32 *guest = guest32_of(tutor);

    if (guest == NULL)
        return 1;
    if (guest->entered == 0 || guest->entered != guest->bench->loads)
        return guest32_earlier(tutor, "h04", "", argc, argv);
    if (guest32_start(tutor, guest))
        return 1;
    printf("in protected mode at 0x%x, with a new gdt and no page tables\n",
           PROTECTED_PROGRAM);
    return 0;
}

/* --- The table ---------------------------------------------------------------------- */

/* The names of our guests, for Tab. */
static const char *const *guest_names(struct tutor *tutor)
{
    return tutor_files(tutor, "build/guests/protected", ".bin");
}

static const struct tutor_command commands[] = {
    {.name = "enter",
     .arguments = "FILE [EAX]",
     .help = "load a 32-bit guest, make a gdt, and put the processor into protected mode",
     .details =
         "The guests are mini-hypervisor/guests/protected/NAME.S, linked for 0x1000.\n"
         "The gdt has code (0x8), data (0x10), data that is not present (0x18), and\n"
         "data of ring 3 (0x20).",
     .least = 1,
     .most = 2,
     .completion = TUTOR_COMPLETE_WORDS,
     .words = guest_names,
     .run = enter},
    {.name = "load",
     .arguments = "FILE [SEGMENT:OFFSET]",
     .help = "load a flat binary, or one of the guests, in real mode",
     .details = "Also those that start in real mode and leave it: load switch.",
     .least = 1,
     .most = 2,
     .completion = TUTOR_COMPLETE_WORDS,
     .words = guest_names,
     .run = guest32_load},
    {.name = "reset",
     .arguments = "",
     .help = "put the processor at the start of the program; memory stays",
     .run = reset},
    {.name = "gdt",
     .arguments = "",
     .help = "the table of descriptors that GDTR points to, in words",
     .run = word32_gdt},
    {.name = "segment",
     .arguments = "SELECTOR BASE LIMIT [code] [readonly] [absent] [16] [ringN]",
     .help = "write a descriptor of the gdt: segment 0x28 0x200000 0xfff",
     .details =
         "LIMIT is the last offset, in bytes. Without a word it is data that may be\n"
         "written, 32 bits, ring 0. A gdt that is too short grows.",
     .least = 3,
     .most = 8,
     .run = word32_segment},
    {.name = "segments",
     .arguments = "",
     .help = "the segment registers with their hidden part: base, limit, rights",
     .run = word32_segments},
    {.name = "select",
     .arguments = "SELECTOR [data|stack|code [RING]]",
     .help = "what loading a selector would do: the segment, or the fault",
     .details = "Asks protected_select; the guest is left alone.",
     .least = 1,
     .most = 3,
     .run = word32_select},
    {.name = "map",
     .arguments = "ADDRESS PHYSICAL [write] [user] [large]",
     .help = "let one page of the guest's addresses mean memory at PHYSICAL",
     .least = 2,
     .most = 5,
     .run = word32_map},
    {.name = "pages",
     .arguments = "",
     .help = "all addresses that are mapped: where to, in which pages, the rights",
     .run = word32_pages},
    {.name = "translate",
     .arguments = "ADDRESS",
     .help = "the walk from the directory to a byte",
     .least = 1,
     .most = 1,
     .run = word32_translate},
    {.name = "paging",
     .arguments = "",
     .help = "turn paging on, with the tables that map has filled",
     .run = word32_paging},
    {.name = "run",
     .arguments = "[FILE] [SECONDS]",
     .help = "let the guest run until it halts, or until Ctrl-C",
     .details =
         "With FILE, load it first. With SECONDS an alarm stops it after that time.",
     .most = 2,
     .completion = TUTOR_COMPLETE_WORDS,
     .words = guest_names,
     .run = word32_run},
    {.name = "continue",
     .arguments = "[SECONDS]",
     .help = "go on to the next breakpoint or watch, to a halt, or until Ctrl-C",
     .most = 1,
     .run = word32_run},
    {.name = "step",
     .arguments = "[N]",
     .help = "execute one instruction, or N, and show what each of them changes",
     .most = 1,
     .run = word32_step},
    {.name = "regs",
     .arguments = "",
     .help = "the registers; * marks what has changed since they were last shown",
     .run = word32_regs},
    {.name = "set",
     .arguments = "REGISTER VALUE",
     .help = "change a register: set eax 5",
     .least = 2,
     .most = 2,
     .run = word32_set},
    {.name = "disasm",
     .arguments = "[ADDRESS|SYMBOL [N]]",
     .help = "N instructions (8) in words, with labels; * marks a breakpoint",
     .most = 2,
     .run = word32_disasm},
    {0},
};

TUTOR_LESSON(h04) = {.id = "h04-protected-mode", .commands = commands};
