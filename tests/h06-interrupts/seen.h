/* seen.h - what the files of h06-interrupts's judge share. */
#ifndef SEEN_H
#define SEEN_H

#include <linux/kvm.h>
#include "grader.h"

/* A script for the probe: see probe.c. */
#define DO(...) ((const char *const[]){"do", __VA_ARGS__, NULL})

enum {
    MEMORY = 8 << 20, /* of the probe's guest; mapped where it is */
    TABLES = 0x10000, /* its page tables */
    CODE = 0x200000,  /* where it starts */
    STACK = 0x300000, /* its first rsp */
    IDT = 0x2000,     /* where these tests have its table put */
    HANDLER = 0x201000,
    COUNT = 0x280000, /* a word of memory in which guests count, or leave marks */
    WAKES = 0x280008, /* and another one */
    UNTOUCHED = 0xcc, /* bytes that nobody has written */
};

/* A guest program: bytes between two labels of an asm statement. */
#define GUEST(name) extern const char name[], name##_end[]

/* A player that has /dev/kvm, of a host that lets us use it. */
struct player *seen_start(const char *const *words);

/* A word for the player, as printf makes it; 64 of them live at a time. */
const char *word(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "code:ADDRESS:HEX" for the bytes from FROM to END. */
const char *code_at(uint64_t address, const char *from, const char *end);
#define CODE_AT(address, name) code_at(address, name, name##_end)

const char *gate_to(unsigned vector, uint64_t handler);

/* A number from FIRST to LAST that is another one in each run. */
uint64_t seen_random(uint64_t first, uint64_t last);

/* The numbers that the player has noted since it was ready the last time;
 * MOST at most, the rest of TO is UINT64_MAX. -1 is UINT64_MAX, too. */
void seen_numbers(struct player *player, uint64_t *to, size_t most);

/* Fail unless a call has returned RESULT, and errno ERROR where that is -1; NOTED is the
 * pair that the player has noted. */
void expect_result(const char *what, int result, int error, const uint64_t noted[2]);

/* The LENGTH bytes (at most 64) of guest memory at ADDRESS must be these. */
void expect_guest(struct player *player, const char *what, uint64_t address,
                  const void *expected, size_t length);

/* Eight bytes of the player's guest memory. */
uint64_t guest_word(struct player *player, uint64_t address);

/* The player's call number INDEX (from 0) of REQUEST, or NULL. */
const struct kvm_call *seen_call(struct player *player, unsigned long request,
                                 size_t index);

/* What a machine is made of, before the script goes on. */
#define MACHINE "machine", "vcpu"
#define TABLE "table"

/* test_frame.c */
void frame_of_an_exception(void **state);
void frame_behind_an_error_code(void **state);
void frame_through_page_tables(void **state);
void frame_says_what_cannot_be_read(void **state);

/* test_inject.c */
void inject_is_taken_when_the_guest_can(void **state);
void inject_waits_until_it_can(void **state);
void inject_takes_its_wish_back(void **state);
void inject_gives_one_at_a_time(void **state);
void inject_refuses(void **state);

/* test_run.c */
void tick_comes_when_it_is_due(void **state);
void tick_makes_up_for_nothing(void **state);
void tick_changes_nothing_else(void **state);
void run_wakes_a_guest_for_each_tick(void **state);
void run_sleeps_while_the_guest_halts(void **state);
void run_hands_exits_to_its_caller(void **state);
void run_keeps_a_tick_until_it_can_be_taken(void **state);
void run_says_that_nothing_can_wake_it(void **state);
void run_can_be_stopped(void **state);

/* test_chips.c */
void chips_are_asked_for_in_order(void **state);
void chips_tick_by_themselves(void **state);
void chips_answer_port_61(void **state);
void chips_refuse(void **state);
void line_interrupts_when_it_rises(void **state);
void line_needs_chips(void **state);

#endif
