/* seen.h - what the files of h08-linux's judge share. */
#ifndef SEEN_H
#define SEEN_H

#include <asm/bootparam.h>
#include "grader.h"

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

enum {
    SECTOR = 512,
    PARAMETERS = 0x8000,    /* where linux_boot.h has them */
    COMMAND_LINE = 0x20000, /* ... */
    TABLES = 0xe0000,
    KERNEL = 0x100000,
    UNTOUCHED = 0xcc, /* bytes that nobody has written */
    GUEST = 16 << 20, /* memory of the probe's guest, where nothing else is said */
};

/* A player that has /dev/kvm, of a host that lets us use it. */
struct player *seen_start(const char *const *words);

/* A word for the player, as printf makes it; 64 of them live at a time. */
const char *word(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same for SIZE bytes, in hexadecimal; the text of the call before is gone. */
const char *hex(const void *bytes, size_t size);

/* A number from FIRST to LAST that is another one in each run. */
uint64_t seen_random(uint64_t first, uint64_t last);

/* What the player says: "RESULT ERRNO REST". REST is the player's. */
struct answer {
    int result, error;
    const char *rest;
};

struct answer seen_answer(struct player *player);

void expect_success(const char *what, struct answer answer);
void expect_failure(const char *what, int error, struct answer answer);

/* Reads guest memory; what cannot be read ends the check. */
void guest_bytes(struct player *player, uint64_t address, void *to, size_t length);

/* The LENGTH bytes (at most 64) of guest memory at ADDRESS must be these; WHAT names
 * them. */
void expect_guest(struct player *player, const char *what, uint64_t address,
                  const void *expected, size_t length);

/* A bzImage of the judge's own: the head of its file, as many sectors of setup as its
 * header says, and the kernel. */
enum { SETUP_MOST = 8, KERNEL_MOST = 4096 };

struct image {
    uint8_t bytes[(1 + SETUP_MOST) * SECTOR + KERNEL_MOST];
    size_t size;
    struct setup_header *header; /* in BYTES */
    size_t kernel_offset, kernel_size;
};

/* One that is good, with SECTORS of setup (0: the header says 0), and numbers and bytes
 * that are new in each run. */
void image_make(struct image *image, unsigned sectors);

/* Boots Debian's kernel with one function of the learner's; returns what it has said. The
 * guest must have switched itself off. */
const char *seen_boot(const char *command_line);

/* The checks, by file. */
void check_reads_a_bzimage(void **state); /* test_image.c */
void check_takes_0_for_4_sectors(void **state);
void check_refuses_what_it_cannot_boot(void **state);
void check_sees_what_is_cut_short(void **state);
void check_knows_an_elf_file(void **state);
void load_copies_the_kernel(void **state); /* test_memory.c */
void load_says_where_it_ends(void **state);
void load_needs_room_to_unpack(void **state);
void load_takes_an_elf_file(void **state);
void initrd_is_high_up(void **state);
void initrd_stays_below_the_limit(void **state);
void initrd_needs_room(void **state);
void map_has_the_memory(void **state);
void map_has_the_old_hole(void **state);
void map_takes_every_slot(void **state);
void parameters_have_the_header(void **state); /* test_told.c */
void parameters_have_what_a_loader_says(void **state);
void parameters_have_a_command_line(void **state);
void parameters_boot_a_kernel(void **state);
void cpuid_says_that_there_is_a_hypervisor(void **state);
void cpuid_numbers_the_apic(void **state);
void cpuid_leads_to_the_clock(void **state);
void fadt_has_sleep(void **state); /* test_acpi.c */
void fadt_has_a_restart(void **state);
void fadt_says_what_there_is_not(void **state);
void acpi_is_a_chain(void **state);
void acpi_sums_are_0(void **state);
void acpi_refuses(void **state);

#endif
