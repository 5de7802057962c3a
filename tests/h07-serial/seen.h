/* seen.h - what the files of h07-serial's judge share. */
#ifndef SEEN_H
#define SEEN_H

#include "grader.h"

/* A script for the probe: see probe.c. */
#define DO(...) ((const char *const[]){"do", "machine", __VA_ARGS__, NULL})
#define TERMINAL(...) ((const char *const[]){"do", __VA_ARGS__, NULL})

/* Offsets of the registers, as words of a script. */
#define DATA "0"
#define IER "1"
#define IIR "2"
#define FCR "2"
#define LCR "3"
#define MCR "4"
#define LSR "5"
#define MSR "6"
#define SCR "7"
#define IN(offset) "in:" offset
#define OUT(offset, value) "out:" offset ":" value

/* A player that has /dev/kvm, of a host that lets us use it, and what it has noted. */
struct player *seen_start(const char *const *words);
const char *seen_noted(struct player *player);

/* A word for the player, as printf makes it; 64 of them live at a time. */
const char *word(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A number from FIRST to LAST that is another one in each run. */
unsigned seen_random(unsigned first, unsigned last);

/* "come:HEX" for LENGTH letters that are others in each run; LETTERS gets them, and a 0
 * byte. */
const char *come(char *letters, size_t length);

/* What the guest has read: the in number INDEX (from 0) of the script must have given
 * VALUE. */
void expect_read(struct player *player, const char *what, size_t index, unsigned value);

/* The level that KVM was told for IRQ 4 after access (or come) number INDEX, from 0. */
void expect_level(struct player *player, const char *what, size_t index, unsigned level);

/* What has come out of the chip. */
void expect_sent(struct player *player, const char *what, const char *bytes);

/* test_chip.c */
void cause_most_urgent_first(void **state);
void cause_only_what_is_wanted(void **state);
void cause_lasts(void **state);
void interrupt_is_a_level(void **state);
void interrupt_goes_through_a_gate(void **state);
void interrupt_drives_a_guest(void **state);
void input_as_much_as_there_is_room(void **state);
void input_in_its_order(void **state);
void input_not_in_a_loop(void **state);
void modem_notes_changes(void **state);
void modem_notes_the_end_of_a_ring(void **state);

/* test_terminal.c */
void open_makes_it_raw(void **state);
void open_leaves_output(void **state);
void open_can_be_undone(void **state);
void open_leaves_a_pipe(void **state);
void keys_leave(void **state);
void keys_come_in_pieces(void **state);
void keys_behind_an_escape(void **state);
void keys_of_a_pipe(void **state);

#endif
