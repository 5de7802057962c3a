/* Adds offset and size: near the end of 64 bits the sum is a small number again.
 *
 * @fails elf.numbers
 */
#include <elf.h>
#include <errno.h>
#include <string.h>
#include "longmode.h"

static bool within(uint64_t offset, uint64_t length, uint64_t size)
{
    return offset + length <= size;
}

static const char *check_header(const Elf64_Ehdr *header, size_t size)
{
    if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
        return "it is no ELF file";
    if (header->e_ident[EI_CLASS] != ELFCLASS64 ||
        header->e_ident[EI_DATA] != ELFDATA2LSB || header->e_machine != EM_X86_64)
        return "it is not for x86-64";
    if (header->e_type != ET_EXEC)
        return "it is no program with fixed addresses (ET_EXEC)";
    if (header->e_phentsize != sizeof(Elf64_Phdr))
        return "its program headers have an unknown size";
    if (!within(header->e_phoff, (uint64_t)header->e_phnum * sizeof(Elf64_Phdr), size))
        return "its program headers lie outside of the file";
    return NULL;
}

static const char *check_segment(const Elf64_Phdr *segment, size_t size)
{
    if (!within(segment->p_offset, segment->p_filesz, size))
        return "a segment lies outside of the file";
    if (segment->p_filesz > segment->p_memsz)
        return "a segment is longer in the file than in memory";
    if (!within(segment->p_paddr, segment->p_memsz, UINT64_MAX) ||
        !within(segment->p_vaddr, segment->p_memsz, UINT64_MAX))
        return "a segment runs over the end of the address space";
    if ((segment->p_paddr ^ segment->p_vaddr) % LONGMODE_PAGE != 0)
        return "a segment's two addresses differ within a page";
    return NULL;
}

static int refuse(struct longmode_program *program, const char *wrong)
{
    program->wrong = wrong;
    errno = ENOEXEC;
    return -1;
}

int longmode_load_elf(const struct vm *vm, const void *image, size_t size,
                      struct longmode_program *program)
{
    const uint8_t *file = image;
    Elf64_Ehdr header;
    Elf64_Phdr load[LONGMODE_SEGMENTS];
    bool entry_found = false;
    *program = (struct longmode_program){0};
    if (size < sizeof header)
        return refuse(program, "it is too short for an ELF file");
    memcpy(&header, file, sizeof header);
    const char *wrong = check_header(&header, size);
    if (wrong != NULL)
        return refuse(program, wrong);
    for (unsigned i = 0; i < header.e_phnum; i++) {
        Elf64_Phdr segment;
        memcpy(&segment, file + header.e_phoff + i * sizeof segment, sizeof segment);
        if (segment.p_type != PT_LOAD || segment.p_memsz == 0)
            continue;
        if ((wrong = check_segment(&segment, size)) != NULL)
            return refuse(program, wrong);
        if (program->count == LONGMODE_SEGMENTS)
            return refuse(program, "it has too many segments");
        if (vm_at(vm, segment.p_paddr, segment.p_memsz) == NULL) {
            errno = ENOMEM;
            return -1;
        }
        unsigned n = program->count++;
        load[n] = segment;
        program->segment[n].virtual = segment.p_vaddr;
        program->segment[n].physical = segment.p_paddr;
        program->segment[n].size = segment.p_memsz;
        program->segment[n].flags = (segment.p_flags & PF_W ? LONGMODE_WRITE : 0) |
                                    (segment.p_flags & PF_X ? 0 : LONGMODE_NO_EXECUTE);
        if (segment.p_paddr + segment.p_memsz > program->end)
            program->end = segment.p_paddr + segment.p_memsz;
        if (segment.p_flags & PF_X &&
            (header.e_entry - segment.p_vaddr < segment.p_memsz ||
             header.e_entry - segment.p_paddr < segment.p_memsz))
            entry_found = true;
    }
    if (!entry_found)
        return refuse(program, "its entry is in none of its executable segments");
    for (unsigned i = 0; i < program->count; i++) {
        uint8_t *memory = vm_at(vm, load[i].p_paddr, load[i].p_memsz);
        memcpy(memory, file + load[i].p_offset, load[i].p_filesz);
        memset(memory + load[i].p_filesz, 0, load[i].p_memsz - load[i].p_filesz);
    }
    program->entry = header.e_entry;
    return 0;
}
