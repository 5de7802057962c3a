/* test_memory.c - the judge of h08-linux: kernel, initramfs and the map of memory. */
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "seen.h"

static struct player *loaded(const struct image *image, uint64_t memory)
{
    return seen_start(WORDS("load", word("%llu", (unsigned long long)memory),
                            hex(image->bytes, image->size)));
}

static void expect_places(struct answer answer, uint64_t entry, uint64_t end)
{
    unsigned long long seen_entry = 0, seen_end = 0;

    expect_success("linux_load", answer);
    (void)sscanf(answer.rest, "%llx %llx", &seen_entry, &seen_end);
    if (seen_entry != entry)
        judge_fail("the entry must be 0x%llx; linux_load says 0x%llx",
                   (unsigned long long)entry, seen_entry);
    if (seen_end != end)
        judge_fail(
            "the end of what the kernel needs must be 0x%llx (the file's part, and "
            "pref_address + init_size); linux_load says 0x%llx",
            (unsigned long long)end, seen_end);
}

static uint64_t end_of(const struct image *image)
{
    uint64_t file = KERNEL + image->kernel_size;
    uint64_t run = image->header->pref_address + image->header->init_size;
    return file > run ? file : run;
}

void load_copies_the_kernel(void **state)
{
    const uint8_t untouched[1] = {UNTOUCHED};
    struct image image;

    (void)state;
    image_make(&image, (unsigned)seen_random(1, SETUP_MOST));
    const uint8_t *kernel = image.bytes + image.kernel_offset;
    struct player *player = loaded(&image, GUEST);
    unsigned long long entry = 0;
    struct answer answer = seen_answer(player);
    expect_success("linux_load", answer);
    expect_guest(player, "the first bytes of the kernel", KERNEL, kernel, 32);
    expect_guest(player, "the last bytes of the kernel", KERNEL + image.kernel_size - 32,
                 kernel + image.kernel_size - 32, 32);
    expect_guest(player, "the byte behind the kernel", KERNEL + image.kernel_size,
                 untouched, 1);
    expect_guest(player, "the byte before the kernel", KERNEL - 1, untouched, 1);
    (void)sscanf(answer.rest, "%llx", &entry);
    if (entry != KERNEL + 0x200)
        judge_fail("the 64-bit entry is 0x200 behind the kernel's begin: 0x100200; "
                   "linux_load says 0x%llx",
                   entry);
}

void load_says_where_it_ends(void **state)
{
    struct image image;

    (void)state;
    image_make(&image, 2);
    expect_places(seen_answer(loaded(&image, GUEST)), KERNEL + 0x200, end_of(&image));
    image_make(&image, 2); /* it runs where it was loaded, and needs less than it has */
    image.header->pref_address = KERNEL;
    image.header->init_size = 16;
    expect_places(seen_answer(loaded(&image, GUEST)), KERNEL + 0x200, end_of(&image));
}

void load_needs_room_to_unpack(void **state)
{
    const uint8_t untouched[1] = {UNTOUCHED};
    struct image image;

    (void)state;
    image_make(&image, 3);
    uint64_t enough = (end_of(&image) + 4095) / 4096 * 4096;
    expect_success("linux_load with exactly as much memory as the kernel needs",
                   seen_answer(loaded(&image, enough)));
    struct player *player = loaded(&image, enough - 4096);
    expect_failure("linux_load with a page less than pref_address + init_size needs",
                   ENOMEM, seen_answer(player));
    expect_guest(player, "where the kernel would go", KERNEL, untouched, 1);
    image.header->pref_address = UINT64_MAX - 4096;
    expect_failure("linux_load of a kernel whose pref_address + init_size overflows",
                   ENOMEM, seen_answer(loaded(&image, GUEST)));
}

/* An ELF kernel with one segment of 16 bytes at ADDRESS. */
static struct player *loaded_elf(uint64_t address)
{
    struct {
        Elf64_Ehdr header;
        Elf64_Phdr segment;
        uint8_t bytes[16];
    } file = {
        .header = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
                               ELFDATA2LSB, EV_CURRENT},
                   .e_type = ET_EXEC,
                   .e_machine = EM_X86_64,
                   .e_version = EV_CURRENT,
                   .e_entry = address,
                   .e_phoff = sizeof(Elf64_Ehdr),
                   .e_ehsize = sizeof(Elf64_Ehdr),
                   .e_phentsize = sizeof(Elf64_Phdr),
                   .e_phnum = 1},
        .segment = {PT_LOAD, PF_R | PF_X, sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr),
                    0xffffffff80000000 + address, address, 16, 32, 4096},
        .bytes = "a small kernel.",
    };
    return seen_start(WORDS("load", word("%d", GUEST), hex(&file, sizeof file)));
}

void load_takes_an_elf_file(void **state)
{
    uint64_t address = 0x200000 + seen_random(0, 100) * 4096;
    struct player *player = loaded_elf(address);

    (void)state;
    expect_places(seen_answer(player), address, address + 32);
    expect_guest(player, "the segment of an ELF kernel", address, "a small kernel.", 16);
    expect_failure("linux_load of an ELF file with a segment below 1 MiB", EINVAL,
                   seen_answer(loaded_elf(0x8000)));
}

/* --- linux_initrd ------------------------------------------------------------------- */

struct initrd {
    uint64_t memory, limit, end;
    size_t size;
    uint8_t seed;
};

static struct player *placed(const struct initrd *initrd)
{
    return seen_start(WORDS("initrd", word("%llu", (unsigned long long)initrd->memory),
                            word("%llu", (unsigned long long)initrd->limit),
                            word("%llu", (unsigned long long)initrd->end),
                            word("%zu", initrd->size), word("%u", initrd->seed)));
}

/* It must be at the highest page that ends at TOP or below. */
static void expect_placed(const struct initrd *initrd, uint64_t top)
{
    uint64_t expected = (top - initrd->size) / 4096 * 4096;
    struct player *player = placed(initrd);
    struct answer answer = seen_answer(player);
    unsigned long long seen = 0;
    uint8_t bytes[32];

    expect_success("linux_initrd", answer);
    (void)sscanf(answer.rest, "%llx", &seen);
    if (seen != expected)
        judge_fail("%zu bytes below 0x%llx must begin at 0x%llx, the highest page; "
                   "linux_initrd says 0x%llx",
                   initrd->size, (unsigned long long)top, (unsigned long long)expected,
                   seen);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(initrd->seed + i * 7);
    expect_guest(player, "the first bytes of the initramfs", expected, bytes, 32);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(initrd->seed + (initrd->size - 32 + i) * 7);
    expect_guest(player, "its last bytes", expected + initrd->size - 32, bytes, 32);
}

static struct initrd new_initrd(void)
{
    return (struct initrd){.memory = GUEST,
                           .limit = 0x7fffffff,
                           .end = 0x400000,
                           .size = seen_random(5000, 100000) | 1, /* no whole pages */
                           .seed = (uint8_t)seen_random(0, 255)};
}

void initrd_is_high_up(void **state)
{
    struct initrd initrd = new_initrd();

    (void)state;
    expect_placed(&initrd, initrd.memory);
    initrd.size = 8192; /* whole pages: none is left over at the end */
    expect_placed(&initrd, initrd.memory);
}

void initrd_stays_below_the_limit(void **state)
{
    struct initrd initrd = new_initrd();

    (void)state;
    initrd.limit = 0x800000 + seen_random(1, 100) * 4096 - 1;
    expect_placed(&initrd, initrd.limit + 1);
    initrd.limit = UINT32_MAX;
    expect_placed(&initrd, initrd.memory);
}

void initrd_needs_room(void **state)
{
    struct initrd initrd = new_initrd();

    (void)state;
    initrd.end = (initrd.memory - initrd.size) / 4096 * 4096 + 1;
    expect_failure("linux_initrd with a byte too little behind the kernel", ENOMEM,
                   seen_answer(placed(&initrd)));
    initrd.end--;
    expect_success("linux_initrd that fits exactly", seen_answer(placed(&initrd)));
    initrd.size = initrd.memory + 4096;
    expect_failure("linux_initrd of more bytes than the guest has", ENOMEM,
                   seen_answer(placed(&initrd)));
}

/* --- linux_memory_map --------------------------------------------------------------- */

/* Has the map written for the slots in WORDS, and compares: "COUNT ERRNO START+SIZE:TYPE". */
static void expect_map(const char *what, const char *expected, const char *const *words)
{
    struct player *player = seen_start(words);

    judge_expect_string(what, expected, player_ready(player));
}

void map_has_the_memory(void **state)
{
    uint64_t size = seen_random(2, 1000) << 20;

    (void)state;
    expect_map("the map of one slot (count errno start+size:type, type 1 is RAM, 2 is "
               "reserved)",
               word("3 0 0+9fc00:1 9fc00+60400:2 100000+%llx:1",
                    (unsigned long long)size - 0x100000),
               WORDS("map", "8", "0", word("%llu", (unsigned long long)size)));
}

void map_has_the_old_hole(void **state)
{
    (void)state;
    expect_map("the map of 1 MiB: the stretch from 0x9fc00 on is no RAM",
               "2 0 0+9fc00:1 9fc00+60400:2", WORDS("map", "8", "0", "0x100000"));
    expect_map("the map of 512 KiB", "1 0 0+80000:1", WORDS("map", "8", "0", "0x80000"));
    expect_map("the map of a slot that begins and ends in the stretch",
               "1 0 b0000+10000:2", WORDS("map", "8", "0xb0000", "0x10000"));
}

void map_takes_every_slot(void **state)
{
    uint64_t high = seen_random(1, 64) << 20;

    (void)state;
    const char *size = word("0x%llx", (unsigned long long)high);
    expect_map(
        "the map of a machine with memory above 4 GiB, whose slots are not in order",
        word("4 0 0+9fc00:1 9fc00+60400:2 100000+bff00000:1 100000000+%llx:1",
             (unsigned long long)high),
        WORDS("map", "8", "0x100000000", size, "0", "0xc0000000"));
    expect_map("the same, when there is room for it exactly",
               word("4 0 0+9fc00:1 9fc00+60400:2 100000+bff00000:1 100000000+%llx:1",
                    (unsigned long long)high),
               WORDS("map", "4", "0x100000000", size, "0", "0xc0000000"));
    expect_map("the same, when there is room for 3 (ENOSPC is 28)", "0 28",
               WORDS("map", "3", "0x100000000", size, "0", "0xc0000000"));
}
