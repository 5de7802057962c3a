/* seen.h - what the files of h05-long-mode's judge share. */
#ifndef SEEN_H
#define SEEN_H

#include "grader.h"

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

enum {
    MEMORY = 8 << 20, /* of the probe's guest */
    TABLES = 0x10000, /* where its page tables are */
    UNTOUCHED = 0xcc, /* bytes that nobody has written */
    SMALL = 4096,     /* a page */
    LARGE = 2 << 20,  /* a large page */
};

/* The bits of an entry, as the SDM (4.5.4) has them: the judge's own. */
#define PRESENT (1ull << 0)
#define WRITE (1ull << 1)
#define USER (1ull << 2)
#define IS_LARGE (1ull << 7)
#define NO_EXECUTE (1ull << 63)
#define ADDRESS 0x000ffffffffff000ull

/* A player that has /dev/kvm, of a host that lets us use it. */
struct player *seen_start(const char *const *words);

/* A word for the player, as printf makes it; 64 of them live at a time. */
const char *word(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The words that prepare guest memory; see probe.c. */
const char *poke(uint64_t address, uint64_t value);
const char *mapped(uint64_t virtual, uint64_t physical, uint64_t size, uint64_t flags);

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

/* The LENGTH bytes (at most 64) of guest memory at ADDRESS must be these; WHAT names
 * them. */
void expect_guest(struct player *player, const char *what, uint64_t address,
                  const void *expected, size_t length);

/* Eight bytes of the player's guest memory. */
uint64_t guest_word(struct player *player, uint64_t address);

/* The judge's own walk through the tables in the player's guest memory. */
struct seen_walk {
    unsigned levels;   /* how many entries were read; the last is absent or a page */
    uint64_t entry[4]; /* [0]: PML4 */
    bool present;      /* it ends at a page */
    uint64_t physical, page_size;
};

struct seen_walk seen_walk(struct player *player, uint64_t virtual);

/* The checks of test_tables.c. */
void map_makes_four_levels(void **state);
void map_uses_large_pages_where_they_fit(void **state);
void map_puts_rights_on_the_page(void **state);
void map_keeps_what_is_mapped(void **state);
void map_refuses_bad_addresses(void **state);
void map_says_that_tables_are_full(void **state);

/* The checks of test_walk.c. */
void translate_finds_the_byte(void **state);
void translate_knows_large_pages(void **state);
void translate_adds_up_rights(void **state);
void translate_notes_each_level(void **state);
void translate_refuses(void **state);
void translate_looks_at_the_right_bits(void **state);
void copy_takes_bytes(void **state);
void copy_goes_page_by_page(void **state);
void copy_says_what_cannot_be_read(void **state);

/* The checks of test_elf.c. */
void elf_loads_where_paddr_says(void **state);
void elf_clears_the_rest(void **state);
void elf_says_what_it_has_loaded(void **state);
void elf_refuses_what_is_not_for_us(void **state);
void elf_believes_no_number(void **state);
void elf_writes_nothing_before_all_is_checked(void **state);

/* The checks of test_call.c. */
void call_writes_a_text(void **state);
void call_takes_an_exit_status(void **state);
void call_tells_the_time(void **state);
void call_answers_errors(void **state);
void call_survives_a_bad_address(void **state);

#endif
