/* test_elf.c - the judge of h05-long-mode: ELF files, good ones and lying ones.
 *
 * The judge writes each file itself, with numbers and bytes that are new in each run.
 */
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "seen.h"

enum { HEADERS = 20, BYTES = 16, IMAGE = 1400 };

/* A file: the header, program headers, and behind them BYTES for each of the first. */
struct image {
    Elf64_Ehdr header;
    Elf64_Phdr segment[HEADERS];
    uint8_t bytes[2][BYTES];
};

/* Two segments: code at 0x200000, data at a random place, with as much again of
 * zeroes. */
static struct image good_image(void)
{
    struct image image = {
        .header = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
                               ELFDATA2LSB, EV_CURRENT},
                   .e_type = ET_EXEC,
                   .e_machine = EM_X86_64,
                   .e_version = EV_CURRENT,
                   .e_entry = LARGE + 4,
                   .e_phoff = offsetof(struct image, segment),
                   .e_ehsize = sizeof(Elf64_Ehdr),
                   .e_phentsize = sizeof(Elf64_Phdr),
                   .e_phnum = 3},
    };
    uint64_t data = LARGE + seen_random(2, 500) * SMALL + 0x40;

    image.segment[0] =
        (Elf64_Phdr){PT_LOAD, PF_R | PF_X, 0, LARGE, LARGE, BYTES, BYTES, SMALL};
    /* No part of the program: its numbers mean nothing to a loader. */
    image.segment[1] = (Elf64_Phdr){PT_NOTE, PF_R, UINT64_MAX, 0, 0, 99, 1, 1};
    image.segment[2] = (Elf64_Phdr){PT_LOAD, PF_R | PF_W, 0,         0x40000000 + data,
                                    data,    BYTES,       2 * BYTES, SMALL};
    for (unsigned i = 0; i < 2; i++) {
        image.segment[2 * i].p_offset = offsetof(struct image, bytes) + i * BYTES;
        for (unsigned k = 0; k < BYTES; k++)
            image.bytes[i][k] = (uint8_t)seen_random(1, 255);
    }
    return image;
}

/* Has the first SIZE bytes of the image loaded. */
static struct player *load_part(const struct image *image, size_t size)
{
    static char hex[2 * sizeof *image + 1];

    for (size_t i = 0; i < size; i++)
        sprintf(hex + 2 * i, "%02x", ((const uint8_t *)image)[i]);
    return seen_start(WORDS("elf", hex));
}

static struct player *load(const struct image *image)
{
    return load_part(image, sizeof *image);
}

void elf_loads_where_paddr_says(void **state)
{
    struct image image = good_image();
    struct player *player = load(&image);

    (void)state;
    expect_success("longmode_load_elf", seen_answer(player));
    for (unsigned i = 0; i < 2; i++)
        expect_guest(player, "the bytes of a segment", image.segment[2 * i].p_paddr,
                     image.bytes[i], BYTES);
    /* The headers need not stand in front, and may stand at any byte. */
    struct image moved = good_image();
    size_t from = moved.header.e_phoff, size = 3 * sizeof(Elf64_Phdr);
    moved.header.e_phoff = from + size + 3;
    memmove((char *)&moved + moved.header.e_phoff, (char *)&moved + from, size);
    memset((char *)&moved + from, 0, size);
    player = load(&moved);
    expect_success("longmode_load_elf of headers at an odd address", seen_answer(player));
    expect_guest(player, "the bytes of a segment", LARGE, moved.bytes[0], BYTES);
}

void elf_clears_the_rest(void **state)
{
    static const uint8_t zeroes[BYTES];
    const uint8_t untouched[1] = {UNTOUCHED};
    struct image image = good_image();
    struct player *player = load(&image);
    uint64_t address = image.segment[2].p_paddr;

    (void)state;
    expect_success("longmode_load_elf", seen_answer(player));
    expect_guest(player, "the part of a segment that is not in the file (.bss)",
                 address + BYTES, zeroes, BYTES);
    expect_guest(player, "the byte before the segment", address - 1, untouched, 1);
    expect_guest(player, "the byte behind the segment", address + (uint64_t)2 * BYTES,
                 untouched, 1);
    image.segment[2].p_filesz = 0; /* nothing but zeroes */
    image.segment[2].p_offset = 0;
    player = load(&image);
    expect_success("longmode_load_elf", seen_answer(player));
    expect_guest(player, "a segment of zeroes only", address, zeroes, BYTES);
}

void elf_says_what_it_has_loaded(void **state)
{
    struct image image = good_image();
    const Elf64_Phdr *data = &image.segment[2];
    struct answer answer = seen_answer(load(&image));
    char expected[256];

    (void)state;
    expect_success("longmode_load_elf", answer);
    snprintf(expected, sizeof expected,
             "0 200004 %llx 2 200000>200000+10:8000000000000000 "
             "%llx>%llx+20:8000000000000002 ",
             (unsigned long long)data->p_paddr + (uint64_t)2 * BYTES,
             (unsigned long long)data->p_vaddr, (unsigned long long)data->p_paddr);
    /* The code's segment can be run: no NO_EXECUTE. */
    char *flags = strstr(expected, ":8000000000000000");
    memmove(flags + 2, flags + 17, strlen(flags + 17) + 1);
    flags[1] = '0';
    judge_expect_string("the program (0, entry, end, how many segments, and each: "
                        "virtual>physical+size:flags)",
                        expected, answer.rest);
}

/* Must be refused with ENOEXEC and words; nothing is written to where it would go. */
static void expect_refused(const char *what, struct player *player)
{
    const uint8_t untouched[1] = {UNTOUCHED};
    struct answer answer = seen_answer(player);
    char name[160];

    snprintf(name, sizeof name, "longmode_load_elf of %s", what);
    expect_failure(name, ENOEXEC, answer);
    if (answer.rest[0] != '1')
        judge_fail("%s must say in words what is wrong; program->wrong is NULL", name);
    expect_guest(player, "where the program would start", LARGE, untouched, 1);
}

void elf_refuses_what_is_not_for_us(void **state)
{
    struct image good = good_image(), bad;

    (void)state;
    bad = good;
    bad.header.e_ident[3] = 'G';
    expect_refused("what does not begin with 0x7f ELF", load(&bad));
    bad = good;
    bad.header.e_ident[EI_CLASS] = ELFCLASS32;
    expect_refused("a 32-bit file", load(&bad));
    bad = good;
    bad.header.e_ident[EI_DATA] = ELFDATA2MSB;
    expect_refused("a big-endian file", load(&bad));
    bad = good;
    bad.header.e_machine = EM_AARCH64;
    expect_refused("a file for another processor", load(&bad));
    bad = good;
    bad.header.e_type = ET_DYN;
    expect_refused("a file without fixed addresses", load(&bad));
    bad = good;
    bad.header.e_phentsize = 32;
    expect_refused("program headers of 32 bytes", load(&bad));
    expect_refused("half a header", load_part(&good, sizeof(Elf64_Ehdr) / 2));
    bad = good;
    bad.header.e_entry = bad.segment[2].p_vaddr;
    expect_refused("a program that starts in its data", load(&bad));
    bad = good;
    bad.header.e_entry = LARGE + BYTES;
    expect_refused("a program that starts behind its code", load(&bad));
}

void elf_believes_no_number(void **state)
{
    struct image good = good_image(), bad;

    (void)state;
    bad = good;
    bad.segment[2].p_offset = sizeof bad - BYTES + 1;
    expect_refused("a segment that ends behind the file", load(&bad));
    bad = good;
    bad.segment[2].p_offset = UINT64_MAX - BYTES + 1;
    expect_refused("a segment whose offset + size overflows", load(&bad));
    bad = good;
    bad.segment[2].p_memsz = BYTES - 1;
    expect_refused("a segment that is longer in the file than in memory", load(&bad));
    bad = good;
    bad.segment[2].p_vaddr = UINT64_MAX - SMALL + 1 + 0x40;
    bad.segment[2].p_memsz = SMALL;
    expect_refused("a segment that runs over the end of all addresses", load(&bad));
    bad = good;
    bad.header.e_phoff = sizeof bad - sizeof(Elf64_Phdr);
    expect_refused("program headers behind the end of the file", load(&bad));
    bad = good;
    bad.header.e_phoff = UINT64_MAX - sizeof(Elf64_Phdr) + 1;
    expect_refused("program headers whose offset overflows", load(&bad));
    bad = good;
    bad.header.e_phnum = UINT16_MAX;
    expect_refused("65,535 program headers", load(&bad));
    bad = good;
    for (unsigned i = 1; i < HEADERS; i++) {
        bad.segment[i] = good.segment[2];
        bad.segment[i].p_paddr = bad.segment[i].p_vaddr = LARGE + i * SMALL;
    }
    bad.header.e_phnum = 17;
    expect_refused("17 segments, one more than there is room for", load(&bad));
    bad.header.e_phnum = 16;
    expect_success("longmode_load_elf of 16 segments", seen_answer(load(&bad)));
}

/* Must not fit into memory; nothing is written. */
static void expect_no_room(const struct image *image)
{
    const uint8_t untouched[1] = {UNTOUCHED};
    struct player *player = load(image);

    expect_failure("longmode_load_elf of what does not fit into memory", ENOMEM,
                   seen_answer(player));
    expect_guest(player, "where the first segment goes, which would fit", LARGE,
                 untouched, 1);
}

void elf_writes_nothing_before_all_is_checked(void **state)
{
    struct image good = good_image(), bad;

    (void)state;
    bad = good;
    bad.segment[2].p_paddr = MEMORY + 0x40;
    expect_no_room(&bad);
    bad = good;
    bad.segment[2].p_memsz = MEMORY;
    expect_no_room(&bad);
    bad = good;
    bad.segment[2].p_paddr = MEMORY - BYTES; /* the file's part would fit */
    bad.segment[2].p_vaddr = 0x40000000 + MEMORY - BYTES;
    expect_no_room(&bad);
}
