/* elf.c - fuzzing the ELF loader (h05-long-mode), and the page tables for what it
 * loads. */
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include "fuzz.h"
#include "longmode.h"

enum { MEMORY = 4 << 20, AT = 0x200000, TABLES = 0x10000, TABLES_SIZE = 0x10000 };

size_t fuzz_seed(uint8_t *data, size_t size)
{
    Elf64_Ehdr header = {
        .e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
        .e_type = ET_EXEC,
        .e_machine = EM_X86_64,
        .e_version = EV_CURRENT,
        .e_entry = AT,
        .e_phoff = sizeof header,
        .e_ehsize = sizeof header,
        .e_phentsize = sizeof(Elf64_Phdr),
        .e_phnum = 3,
    };
    Elf64_Phdr segments[3];
    for (unsigned i = 0; i < 3; i++)
        segments[i] = (Elf64_Phdr){
            .p_type = PT_LOAD,
            .p_flags = i == 0 ? PF_R | PF_X : PF_R | PF_W,
            .p_offset = 512 * (i + 1),
            .p_vaddr = AT + i * 0x1000ull,
            .p_paddr = AT + i * 0x1000ull,
            .p_filesz = 512,
            .p_memsz = 512 + 256 * i,
        };
    if (size < 2048)
        abort();
    memset(data, 0x90, 2048);
    memcpy(data, &header, sizeof header);
    memcpy(data + sizeof header, segments, sizeof segments);
    return 2048;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vm vm = VM_NONE;
    struct longmode_program program;
    struct longmode_tables tables;
    static uint8_t
        *memory; /* kept: to clear it each time would cost more than the test */
    if (memory == NULL && (memory = calloc(1, MEMORY)) == NULL)
        abort();
    vm.slots[vm.slot_count++] = (struct vm_slot){0, MEMORY, memory};
    if (longmode_load_elf(&vm, data, size, &program) == 0) {
        if (program.count == 0 || program.end > MEMORY)
            abort();
        /* The program may have been loaded over the tables: then they are a hostile
         * guest's. */
        (void)longmode_tables(&vm, &tables, TABLES, TABLES_SIZE); /* they lie in memory */
        (void)longmode_map_program(&vm, &tables, &program);       /* may refuse */
        for (unsigned i = 0; i < program.count; i++) {
            struct longmode_walk walk;
            if (longmode_translate(&vm, tables.root, program.segment[i].virtual, &walk) ==
                    0 &&
                walk.levels == 0)
                abort();
        }
    }
    /* The input as tables: a walk must end, and must not leave memory. */
    memcpy(memory + TABLES, data, size < TABLES_SIZE ? size : TABLES_SIZE);
    for (uint64_t virtual = 0; virtual < 64; virtual ++) {
        struct longmode_walk walk;
        uint8_t bytes[16];
        (void)longmode_translate(&vm, TABLES, virtual << 39 | virtual << 12, &walk);
        (void)longmode_copy(&vm, TABLES, (virtual << 39) + 0xff8, bytes, sizeof bytes);
    }
    return 0;
}
