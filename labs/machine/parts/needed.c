/* needed.c - reads DT_NEEDED out of an ELF file.
 *
 * A program names its shared libraries in its dynamic section: pairs of a tag and a value.
 * DT_NEEDED's value is an offset into the string table, whose own place (DT_STRTAB) is given as
 * an address, so that the program headers must say where in the file this address lies. It is
 * what `readelf -d` prints; ldd would *run* the program's interpreter to find out.
 *
 * Read on: elf(5).
 */
#include "needed.h"
#include <elf.h>
#include <stdint.h>
#include <string.h>

struct image {
    const unsigned char *bytes;
    size_t size;
    const Elf64_Phdr *parts;
    unsigned count;
};

/* LENGTH bytes at OFFSET, or NULL when the file ends before. */
static const void *at(const struct image *image, uint64_t offset, uint64_t length)
{
    if (offset > image->size || length > image->size - offset)
        return NULL;
    return image->bytes + offset;
}

/* Where in the file the address ADDRESS of the running program comes from. */
static uint64_t offset_of(const struct image *image, uint64_t address)
{
    for (unsigned i = 0; i < image->count; i++) {
        const Elf64_Phdr *part = &image->parts[i];
        if (part->p_type == PT_LOAD && address >= part->p_vaddr &&
            address - part->p_vaddr < part->p_filesz)
            return part->p_offset + (address - part->p_vaddr);
    }
    return UINT64_MAX;
}

/* The string at OFFSET, or NULL when it does not end inside the file. */
static const char *string(const struct image *image, uint64_t offset)
{
    const char *start = at(image, offset, 1);
    if (start == NULL || memchr(start, '\0', image->size - offset) == NULL)
        return NULL;
    return start;
}

static void dynamic(const struct image *image, const Elf64_Phdr *part,
                    void (*each)(void *context, const char *name), void *context)
{
    size_t count = part->p_filesz / sizeof(Elf64_Dyn);
    const Elf64_Dyn *tags = at(image, part->p_offset, part->p_filesz);
    uint64_t strings = UINT64_MAX;
    for (size_t i = 0; tags != NULL && i < count; i++)
        if (tags[i].d_tag == DT_STRTAB)
            strings = offset_of(image, tags[i].d_un.d_ptr);
    if (tags == NULL || strings == UINT64_MAX)
        return;
    for (size_t i = 0; i < count && tags[i].d_tag != DT_NULL; i++) {
        const char *name = NULL;
        if (tags[i].d_tag == DT_NEEDED && tags[i].d_un.d_val < image->size)
            name = string(image, strings + tags[i].d_un.d_val);
        if (name != NULL)
            each(context, name);
    }
}

void needed_each(const unsigned char *file, size_t size,
                 void (*each)(void *context, const char *name), void *context)
{
    struct image image = {.bytes = file, .size = size};
    const Elf64_Ehdr *head = at(&image, 0, sizeof *head);
    if (head == NULL || memcmp(head->e_ident, ELFMAG, SELFMAG) != 0 ||
        head->e_ident[EI_CLASS] != ELFCLASS64 || head->e_phentsize != sizeof(Elf64_Phdr))
        return;
    image.parts = at(&image, head->e_phoff, (uint64_t)head->e_phnum * sizeof(Elf64_Phdr));
    if (image.parts == NULL)
        return;
    image.count = head->e_phnum;
    for (unsigned i = 0; i < image.count; i++) {
        const Elf64_Phdr *part = &image.parts[i];
        if (part->p_type == PT_DYNAMIC)
            dynamic(&image, part, each, context);
        if (part->p_type == PT_INTERP && string(&image, part->p_offset) != NULL)
            each(context, string(&image, part->p_offset));
    }
}
