/* seen.h - what the files of h03-monitor's judge share. */
#ifndef SEEN_H
#define SEEN_H

#include "grader.h"

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

enum {
    CODE = 0x1000, /* where the probe puts programs: 0100:0000 */
    DATA = 0x500,  /* the offset that they write to */
};

/* A program for the guest, as the hexadecimal text that the probe takes. Built with
 * program(); there are four of them, so that a check can hold four at a time. */
const char *program(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The two bytes of a 16-bit number, in the guest's order, for program(). */
#define WORD16(value) (unsigned)(value)&0xff, (unsigned)(value) >> 8 & 0xff

/* An argument for the probe; there are 32 at a time. */
const char *words_of(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A player that has /dev/kvm, of a host that lets us use it. */
struct player *seen_start(const char *const *words);

/* A number from FIRST to LAST that is another one in each run. */
unsigned seen_random(unsigned first, unsigned last);

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
void expect_guest(struct player *player, const char *what, unsigned address,
                  const void *expected, size_t length);

/* What the devices of the probe have seen must be EXPECTED. */
void expect_log(const char *expected, const char *shown);

/* Copies what the player's last call of this request has passed. Returns false when
 * there was none. */
bool last_call(struct player *player, unsigned long request, void *to, size_t size);

/* The checks of test_break.c. */
void plant_replaces_one_byte(void **state);
void plant_keeps_what_stood_there(void **state);
void plant_refuses_a_second_one(void **state);
void plant_has_room_for_sixteen(void **state);
void plant_stays_in_memory(void **state);
void hit_knows_its_address(void **state);
void hit_puts_the_guest_in_front(void **state);
void hit_leaves_the_guests_own(void **state);
void hit_leaves_an_in(void **state);
void hit_says_that_there_is_no_vcpu(void **state);

/* The checks of test_mmio.c. */
void mmio_hands_out_what_the_guest_writes(void **state);
void mmio_hands_in_what_the_device_answers(void **state);
void mmio_knows_four_sizes(void **state);
void mmio_finds_the_device_that_holds_all(void **state);
void mmio_is_not_fooled_by_overflow(void **state);
void mmio_reads_all_ones_where_nobody_is(void **state);
void mmio_refuses_what_makes_no_sense(void **state);

/* The checks of test_count.c. */
void dirty_says_which_pages(void **state);
void dirty_has_a_bit_for_each_page(void **state);
void dirty_reads_the_slot_that_is_meant(void **state);
void dirty_says_that_there_is_no_log(void **state);
void run_counts_by_kind(void **state);
void run_measures_the_guest(void **state);
void run_measures_the_answer(void **state);
void run_notes_nothing_of_a_failure(void **state);

#endif
