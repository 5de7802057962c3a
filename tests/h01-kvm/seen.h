/* seen.h - what the files of h01-kvm's judge share. */
#ifndef SEEN_H
#define SEEN_H

#include "grader.h"

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* A player that has /dev/kvm, of a host that lets us use it. RUN_SIZE (may be NULL)
 * gets what KVM says of the run page. */
struct player *seen_start(const char *const *words, size_t *run_size);

unsigned seen_random(unsigned limit);

/* Has the player go on from where it stands, and returns what it says next. */
const char *seen_next(struct player *player);

void expect_success(const char *what, int result, int error);

void expect_failure(const char *what, int expected, int result, int error);

/* Fails unless descriptor FD of the player is a thing whose name ends with NAME. */
void expect_descriptor(struct player *player, int fd, const char *name);

/* The bytes that the player has mapped (VmSize), in KiB. */
long seen_mapped(struct player *player);

/* The checks of test_vm.c. */
void open_gives_dev_kvm(void **state);
void open_refuses_another_version(void **state);
void open_says_that_there_is_no_device(void **state);
void open_says_that_it_may_not(void **state);
void open_refuses_what_is_no_kvm(void **state);
void create_makes_a_vm(void **state);
void create_says_that_kvm_refuses(void **state);
void memory_is_what_the_guest_sees(void **state);
void memory_comes_in_slots_of_their_own(void **state);
void memory_must_be_whole_pages(void **state);
void memory_must_not_overlap(void **state);
void memory_ends_with_the_slots(void **state);
void at_finds_what_is_inside(void **state);
void at_refuses_what_is_outside(void **state);
void at_is_not_fooled_by_overflow(void **state);

#endif
