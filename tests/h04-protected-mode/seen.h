/* seen.h - what the files of h04-protected-mode's judge share. */
#ifndef SEEN_H
#define SEEN_H

#include <linux/kvm.h>
#include "grader.h"

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

enum {
    MEMORY = 4 << 20, /* of the probe's guest */
    GDT = 0x800,      /* where its descriptors are, */
    TABLES = 0x10000, /* and its page tables */
    PAGE = 4096,
    LARGE = 4 << 20, /* a large page */
    UNTOUCHED = 0xcc,
};

/* The bits of an entry of a page table, as the SDM (4.3) has them: the judge's own. */
enum { PRESENT = 1 << 0, WRITE = 1 << 1, USER = 1 << 2, IS_LARGE = 1 << 7 };

/* A player that has /dev/kvm, of a host that lets us use it. */
struct player *seen_start(const char *const *words);

/* A player that needs no KVM: for functions that only compute. */
struct player *seen_start_plain(const char *const *words);

/* A word for the player, as printf makes it; 64 of them live at a time. */
const char *word(const char *format, ...) __attribute__((format(printf, 1, 2)));

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

/* LENGTH bytes (at most 64) of guest memory at ADDRESS must be these; WHAT names them. */
void expect_guest(struct player *player, const char *what, uint64_t address,
                  const void *expected, size_t length);

/* Four bytes of the player's guest memory. */
uint32_t guest_word(struct player *player, uint64_t address);

/* The argument of the player's last call of REQUEST, or, with BACK 1, of the one before. */
void seen_argument(struct player *player, unsigned long request, const char *name,
                   unsigned back, void *to, size_t size);

/* A descriptor, packed by the judge. TYPE has four bits; LIMIT is the field, in bytes or
 * pages. FLAGS: AVL 1, L 2, D 4, G 8. */
uint64_t seen_descriptor(uint32_t base, uint32_t limit, unsigned type, unsigned s,
                         unsigned dpl, unsigned present, unsigned flags);

/* Whether this host's KVM keeps CR0.PG in 32-bit mode. */
bool seen_host_pages(void);

/* The checks of test_select.c. */
void select_loads(void **state);
void select_knows_null(void **state);
void select_looks_at_the_limit(void **state);
void select_leaves_the_rpl_out(void **state);
void select_looks_at_the_type(void **state);
void select_looks_at_the_privilege(void **state);
void select_looks_at_present_last(void **state);
void select_believes_no_base(void **state);

/* The checks of test_enter.c. */
void enter_runs_32_bit_code(void **state);
void enter_sets_the_general_registers(void **state);
void enter_loads_every_segment(void **state);
void enter_sets_the_tables_and_the_mode(void **state);
void enter_refuses_segments_that_are_no_good(void **state);

/* The checks of test_pages.c. */
void map_makes_two_levels(void **state);
void map_makes_large_pages(void **state);
void map_puts_rights_on_the_page(void **state);
void map_keeps_what_is_mapped(void **state);
void map_says_what_it_cannot(void **state);
void paging_is_on(void **state);
void paging_keeps_the_rest(void **state);
void paging_looks_whether_it_is_so(void **state);

/* The checks of test_explain.c. */
void explain_names_the_selector(void **state);
void explain_reads_the_code_of_a_page_fault(void **state);
void explain_knows_faults_without_a_code(void **state);
void explain_stays_in_its_buffer(void **state);

#endif
