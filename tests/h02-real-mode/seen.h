/* seen.h - what the files of h02-real-mode's judge share. */
#ifndef SEEN_H
#define SEEN_H

#include "grader.h"

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

enum {
    CODE_SEGMENT = 0x0100, /* where the probe puts programs, but for the word reset */
    CODE = CODE_SEGMENT * 16,
};

/* A program for the guest, as the hexadecimal text that the probe takes. Built with
 * program(); there are four of them, so that a check can hold four at a time. */
const char *program(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The two bytes of a 16-bit number, in the guest's order, for program(). */
#define WORD16(value) (unsigned)(value)&0xff, (unsigned)(value) >> 8 & 0xff

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

/* TEXT must hold PART. */
void expect_part(const char *text, const char *part);

/* The checks of test_io.c. */
void io_hands_out_what_the_guest_writes(void **state);
void io_hands_in_what_the_device_answers(void **state);
void io_knows_three_sizes(void **state);
void io_takes_every_item(void **state);
void io_finds_the_device_by_its_range(void **state);
void io_reads_all_ones_where_nobody_is(void **state);
void io_stays_inside_the_page(void **state);
void line_in_gives_what_waits(void **state);
void line_status_takes_nothing(void **state);
void line_out_sends(void **state);
void line_out_sends_from_the_data_port_only(void **state);

/* The checks of test_loop.c. */
void answer_ends_with_a_halt(void **state);
void answer_goes_on_after_a_port(void **state);
void answer_counts_by_kind(void **state);
void answer_refuses_what_it_does_not_know(void **state);
void run_goes_on_until_the_guest_halts(void **state);
void run_ends_with_what_nobody_answers(void **state);
void run_can_be_stopped(void **state);
void describe_says_what_the_guest_touched(void **state);
void describe_says_why_hardware_refused(void **state);
void describe_says_which_error_it_was(void **state);
void describe_says_where_the_guest_stands(void **state);
void describe_stays_in_its_buffer(void **state);

#endif
