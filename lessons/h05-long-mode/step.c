/* step.c - the words of lesson h05: a 64-bit guest out of its ELF file, and its
 * addresses.
 *
 * `elf` does what mini-hypervisor/program.c does: the program into memory, page tables,
 * a stack, a GDT, long mode. Then pages, translate, copy and map look at its addresses
 * and change what they mean; run, step, regs and disasm know the mode of the processor.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "guest64.h"

enum { CODE = 1 * 8, DATA = 2 * 8, IMAGE = 8 << 20 };

/* --- elf ---------------------------------------------------------------------------- */

/* Reads the file NAME, or our guest of that name. Returns its size, or 0 when that
 * failed and has been said. */
static size_t read_image(struct tutor *tutor, const char *name, uint8_t image[IMAGE])
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "build/guests/long/%s.elf", name);
    const char *ours = strchr(name, '/') ? NULL : tutor_path(tutor, path);
    FILE *file = fopen(ours && access(ours, F_OK) == 0 ? ours : name, "r");

    if (file == NULL) {
        tutor_error(tutor, "%s: %s: must be an ELF file, or one of the guests: press Tab",
                    name, strerror(errno));
        return 0;
    }
    size_t size = fread(image, 1, IMAGE, file);
    bool bad = ferror(file) || size == IMAGE;
    (void)fclose(file); /* it was only read */
    if (bad || size == 0) {
        tutor_error(tutor, "%s: %s", name,
                    size == 0 ? "it is empty, or cannot be read" : "it is too long");
        return 0;
    }
    return size;
}

/* Page tables for the program and its stack. The first page stays unmapped, so that a
 * null pointer is a fault. */
static int map_all(struct tutor *tutor, struct guest64 *guest,
                   const struct longmode_program *program)
{
    const struct vm *vm = &guest->bench->machine->vm;
    struct longmode_tables *tables = &guest->tables;

    if (longmode_tables(vm, tables, GUEST64_TABLES, GUEST64_TABLES_SIZE) == -1 ||
        longmode_map(vm, tables, GUEST64_GDT, GUEST64_GDT, LONGMODE_PAGE,
                     LONGMODE_NO_EXECUTE) == -1 ||
        longmode_map(vm, tables, GUEST64_STACK_TOP - GUEST64_STACK_SIZE, GUEST64_STACK,
                     GUEST64_STACK_SIZE, LONGMODE_WRITE | LONGMODE_NO_EXECUTE) == -1 ||
        longmode_map_program(vm, tables, program) == -1)
        return tutor_error(tutor, "page tables: longmode_map: %s", strerror(errno));
    return 0;
}

static int enter(struct tutor *tutor, struct guest64 *guest, uint64_t entry,
                 const uint64_t arguments[2])
{
    const struct vm *vm = &guest->bench->machine->vm;
    const uint64_t descriptors[] = {0, protected_pack(&LONGMODE_CODE),
                                    protected_pack(&PROTECTED_DATA)};
    struct longmode_start start = {
        .code = CODE,
        .data = DATA,
        .root = guest->tables.root,
        .entry = entry,
        .stack = GUEST64_STACK_TOP - 8, /* as a call would leave it */
        .arguments = {arguments[0], arguments[1]},
    };

    if (protected_gdt(vm, GUEST64_GDT, descriptors, 3, &start.gdt) == -1)
        return tutor_error(tutor, "protected_gdt: %s", strerror(errno));
    if (longmode_enter(vm, &guest->bench->machine->vcpu, &start) == -1)
        return tutor_error(tutor, "longmode_enter: %s", strerror(errno));
    return ioctl(guest->bench->machine->vcpu.fd, KVM_GET_REGS, &guest->shown) == -1;
}

static void print_program(const struct longmode_program *program)
{
    for (unsigned i = 0; i < program->count; i++) {
        uint64_t flags = program->segment[i].flags;
        printf("segment at 0x%llx, %llu bytes: read%s%s\n",
               (unsigned long long)program->segment[i].virtual,
               (unsigned long long)program->segment[i].size,
               flags & LONGMODE_WRITE ? ", write" : "",
               flags & LONGMODE_NO_EXECUTE ? "" : ", execute");
    }
    printf("in long mode at 0x%llx\n", (unsigned long long)program->entry);
}

static int elf(struct tutor *tutor, int argc, char **argv)
{
    static uint8_t image[IMAGE];
    struct guest64 *guest = guest64_of(tutor);
    struct longmode_program program;
    uint64_t arguments[2] = {0};

    if (guest == NULL ||
        guest32_memory(tutor, &guest->bench->machine->vm, GUEST64_MEMORY))
        return 1;
    for (int i = 2; i < argc; i++)
        if (!machine_number(argv[i], &arguments[i - 2])) {
            tutor_error(tutor, "%s: must be a number, for rdi or rsi", argv[i]);
            return MACHINE_USAGE;
        }
    size_t size = read_image(tutor, argv[1], image);
    if (size == 0)
        return 1;
    if (longmode_load_elf(&guest->bench->machine->vm, image, size, &program) == -1)
        return tutor_error(tutor, "%s: %s", argv[1],
                           errno == ENOEXEC && program.wrong ? program.wrong
                           : errno == ENOMEM ? "it does not fit into 8 MiB"
                                             : strerror(errno));
    for (unsigned i = 0; i < program.count; i++)
        if (program.segment[i].physical < GUEST64_STACK + GUEST64_STACK_SIZE)
            return tutor_error(tutor, "%s: a segment lies below 0x%x, where tables are",
                               argv[1], GUEST64_STACK + GUEST64_STACK_SIZE);
    guest->fault = -1;
    guest->call_failed = guest->host.exited = false;
    guest->call_count = 0;
    memset(guest->realmode.exits, 0, sizeof guest->realmode.exits);
    if (map_all(tutor, guest, &program) || enter(tutor, guest, program.entry, arguments))
        return 1;
    print_program(&program);
    return 0;
}

/* --- headers ------------------------------------------------------------------------ */

/* The LOAD headers of a file, as they stand in it: what readelf -l says. */
static int headers(struct tutor *tutor, int argc, char **argv)
{
    static uint8_t image[IMAGE];
    Elf64_Ehdr header;
    size_t size = read_image(tutor, argv[1], image);

    (void)argc;
    if (size == 0)
        return 1;
    if (size < sizeof header || memcmp(image, ELFMAG, SELFMAG) != 0 ||
        image[EI_CLASS] != ELFCLASS64)
        return tutor_error(tutor, "%s: it is no 64-bit ELF file", argv[1]);
    memcpy(&header, image, sizeof header);
    if (header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phoff > size ||
        header.e_phnum > (size - header.e_phoff) / sizeof(Elf64_Phdr))
        return tutor_error(tutor, "%s: its program headers lie outside of it", argv[1]);
    puts("Offset     VirtAddr   PhysAddr   FileSiz    MemSiz     Flg");
    for (unsigned i = 0; i < header.e_phnum; i++) {
        Elf64_Phdr load;
        memcpy(&load, image + header.e_phoff + i * sizeof load, sizeof load);
        if (load.p_type == PT_LOAD)
            printf("0x%-8llx 0x%-8llx 0x%-8llx 0x%-8llx 0x%-8llx %s%s%s\n",
                   (unsigned long long)load.p_offset, (unsigned long long)load.p_vaddr,
                   (unsigned long long)load.p_paddr, (unsigned long long)load.p_filesz,
                   (unsigned long long)load.p_memsz, load.p_flags & PF_R ? "R" : "-",
                   load.p_flags & PF_W ? "W" : "-", load.p_flags & PF_X ? "E" : "-");
    }
    printf("entry 0x%llx\n", (unsigned long long)header.e_entry);
    return 0;
}

/* --- map, hypercalls ---------------------------------------------------------------- */

static int map(struct tutor *tutor, int argc, char **argv)
{
    struct guest64 *guest = guest64_of(tutor);
    uint64_t virtual, physical, size, flags = LONGMODE_NO_EXECUTE;

    if (guest == NULL)
        return 1;
    if (!guest64_is_long(guest))
        return guest64_earlier(tutor, argc, argv);
    if (argc < 4 || !machine_number(argv[1], &virtual) ||
        !machine_number(argv[2], &physical) || !machine_number(argv[3], &size)) {
        tutor_error(tutor, "must be two addresses and a size: 0x40000000 0x200000 2M");
        return MACHINE_USAGE;
    }
    for (int i = 4; i < argc; i++) {
        if (strcmp(argv[i], "write") == 0)
            flags |= LONGMODE_WRITE;
        else if (strcmp(argv[i], "user") == 0)
            flags |= LONGMODE_USER;
        else if (strcmp(argv[i], "execute") == 0)
            flags &= ~LONGMODE_NO_EXECUTE;
        else {
            tutor_error(tutor, "%s: must be write, user or execute", argv[i]);
            return MACHINE_USAGE;
        }
    }
    if (longmode_map(&guest->bench->machine->vm, &guest->tables, virtual, physical, size,
                     flags) == -1)
        return tutor_error(tutor, "0x%llx: %s", (unsigned long long)virtual,
                           errno == EINVAL
                               ? "whole pages of 4 KiB, at canonical addresses"
                           : errno == EEXIST ? "something is mapped there"
                           : errno == ENOSPC ? "no page is left for a table"
                                             : strerror(errno));
    return 0;
}

static int hypercalls(struct tutor *tutor, int argc, char **argv)
{
    static const char *const names[] = {"?", "write", "exit", "time"};
    struct guest64 *guest = guest64_of(tutor);

    (void)argc, (void)argv;
    if (guest == NULL)
        return 1;
    uint64_t count = guest->call_count, from = 0;
    if (count > GUEST64_CALLS) {
        from = count - GUEST64_CALLS;
        printf("%llu calls, of which the last %d:\n", (unsigned long long)count,
               GUEST64_CALLS);
    } else if (count == 0) {
        puts("none since the program was loaded");
    }
    for (uint64_t i = from; i < count; i++) {
        const struct longmode_call *call = &guest->call[i % GUEST64_CALLS];
        printf("%-5s (%llu)  0x%llx 0x%llx  result %lld\n",
               names[call->number < 4 ? call->number : 0],
               (unsigned long long)call->number, (unsigned long long)call->argument[0],
               (unsigned long long)call->argument[1], (long long)call->result);
    }
    return 0;
}

/* --- The table ---------------------------------------------------------------------- */

const char *const *guest64_names(struct tutor *tutor)
{
    return tutor_files(tutor, "build/guests/long", ".elf");
}

static const struct tutor_command commands[] = {
    {.name = "elf",
     .arguments = "FILE [NUMBER [NUMBER]]",
     .help = "load a 64-bit guest, map it, and put the processor into long mode",
     .details = "The guests are mini-hypervisor/guests/long/NAME.c. The numbers are\n"
                "what main gets: rdi and rsi.",
     .least = 1,
     .most = 3,
     .completion = TUTOR_COMPLETE_WORDS,
     .words = guest64_names,
     .run = elf},
    {.name = "headers",
     .arguments = "FILE",
     .help = "what an ELF file says of its segments, not checked",
     .least = 1,
     .most = 1,
     .completion = TUTOR_COMPLETE_WORDS,
     .words = guest64_names,
     .run = headers},
    {.name = "pages",
     .arguments = "",
     .help = "all addresses that are mapped: where to, in which pages, the rights",
     .run = word64_pages},
    {.name = "translate",
     .arguments = "ADDRESS",
     .help = "the walk from CR3 to a byte, level by level",
     .least = 1,
     .most = 1,
     .run = word64_translate},
    {.name = "copy",
     .arguments = "ADDRESS [LENGTH]",
     .help = "show memory as the guest sees it (mem: as it is)",
     .least = 1,
     .most = 2,
     .run = word64_copy},
    {.name = "map",
     .arguments = "ADDRESS PHYSICAL SIZE [write] [user] [execute]",
     .help = "let the guest's addresses from ADDRESS on mean memory from PHYSICAL on",
     .least = 2,
     .most = 6,
     .run = map},
    {.name = "run",
     .arguments = "[SECONDS]",
     .help = "let the guest run until it ends, or until Ctrl-C",
     .details =
         "With SECONDS an alarm stops it after that time. Outside of long mode it\n"
         "is the run of the lesson before.",
     .most = 2,
     .run = word64_run},
    {.name = "step",
     .arguments = "[N]",
     .help = "execute one instruction, or N, and show what each of them changes",
     .most = 1,
     .run = word64_step},
    {.name = "regs",
     .arguments = "",
     .help = "the registers; * marks what has changed since they were last shown",
     .run = word64_regs},
    {.name = "disasm",
     .arguments = "[ADDRESS [N]]",
     .help = "N instructions (8) in words, from ADDRESS, or where the processor stands",
     .most = 2,
     .run = word64_disasm},
    {.name = "hypercalls",
     .arguments = "",
     .help = "what the guest has called its host for, and the answers",
     .run = hypercalls},
    {0},
};

TUTOR_LESSON(h05) = {.id = "h05-long-mode", .commands = commands};
